#include "model/program/bash_parts.h"

#include "model/topology/pipeline_text.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct BashHelper
{
    const char* name;
    const char* text;
};

constexpr BashHelper bashHelperTable[] = {
    {"id_of", R"text(# The id of the System V object with this key, by the kernel's own list.
id_of() { # TABLE KEY
    local key id _
    while read -r key id _; do
        if [[ $key =~ ^-?[0-9]+$ ]] && (((key & 0xffffffff) == $2)); then
            echo "$id"
            return
        fi
    done <"/proc/sysvipc/$1"
    echo "there is no System V object with the key $2" >&2
    return 1
}
)text"},
    {"key_of", R"text(# The key of the System V object with this id, by the kernel's own list.
key_of() { # TABLE ID
    local key id _
    while read -r key id _; do
        if [ "$id" = "$2" ]; then
            printf '0x%08x' $((key & 0xffffffff))
        fi
    done <"/proc/sysvipc/$1"
}
)text"},
    {"has_port", R"text(# Whether a socket in that state has the port: the kernel lists them all in /proc/net.
has_port() { # tcp|udp PORT STATE
    local port
    printf -v port %04X "$2"
    grep -Eqs "^ *[0-9]+: [0-9A-F]+:$port [0-9A-F]+:[0-9A-F]+ $3 " "/proc/net/$1" "/proc/net/${1}6"
}
)text"},
    {"free_port", R"text(# A port that nobody has now.
free_port() { # tcp|udp
    local port
    while port=$((RANDOM % 16384 + 49152)) && has_port "$1" "$port" ..; do
        :
    done
    echo "$port"
}
)text"},
    {"has_path",
     R"text(# Whether a UNIX socket with these flags has the name: the kernel lists them all in /proc/net.
has_path() { # PATH FLAGS
    local flags path _
    while read -r _ _ _ flags _ _ _ path; do
        if [ "$flags" = "$2" ] && [ "$path" = "$1" ]; then
            return 0
        fi
    done </proc/net/unix
    return 1
}
)text"},
};

} // namespace

QString BashNeeds::helper(const QString& name)
{
    helpers.insert(name);
    if (name == "free_port"_L1)
        helpers.insert(u"has_port"_s);
    return name;
}

QString bashWord(const QString& text)
{
    return joinWords({text});
}

QString bashText(const ProgramText& text, const ProgramPlan& plan)
{
    using What = ProgramText::Piece::What;
    if (text.isLiteral())
        return bashWord(text.literal());
    QString word;
    for (const ProgramText::Piece& piece : text.pieces) {
        switch (piece.what) {
        case What::Literal:
            word += bashWord(piece.text);
            break;
        case What::Directory:
            word += u"\"$directory\""_s;
            break;
        case What::Pid:
            word += u"$$"_s;
            break;
        case What::Field:
            word += u"\"$%1_%2\""_s.arg(plan.endpoints.at(piece.endpoint).name, piece.text);
            break;
        }
    }
    return word;
}

QString bashPort(const PlannedEndpoint& endpoint)
{
    return endpoint.number("port") > 0 ? endpoint.port() : u"\"$%1\""_s.arg(endpoint.port());
}

QString bashOpening(const QString& target, const PlannedEndpoint& endpoint, const QStringList& flags)
{
    QStringList extra = flags.mid(1);
    const bool creates = extra.removeAll(u"O_CREAT"_s) > 0;
    const bool mayCreate = creates || !endpoint.isReserved; // what we made is there already
    const bool isFifo = endpoint.node->kind == Kind::Fifo;
    QString sign;
    if (flags.first() == "O_RDONLY"_L1)
        sign = extra.isEmpty() && !creates ? u"<"_s : QString();
    else if (!mayCreate)
        sign.clear(); // all that write create as well
    else if (flags.first() == "O_RDWR"_L1)
        sign = extra.isEmpty() ? u"<>"_s : QString();
    else if (extra == QStringList{u"O_APPEND"_s})
        sign = u">>"_s;
    else if (extra == QStringList{u"O_TRUNC"_s} || (extra.isEmpty() && isFifo))
        sign = u">"_s;
    else if (extra.isEmpty())
        sign = u"<>"_s; // the one way that does not truncate
    return sign.isEmpty() ? QString() : u"%1%2\"$%3_path\""_s.arg(target, sign, endpoint.name);
}

QString bashHelpers(const BashNeeds& needs)
{
    Lines lines;
    for (const BashHelper& helper : bashHelperTable)
        if (needs.helpers.contains(QString::fromLatin1(helper.name))) {
            lines.gap();
            lines.addBlock(QString::fromUtf8(helper.text));
        }
    return lines.text();
}

} // namespace byteyard::model
