#include "gui/dialogs/trust_dialog.h"

#include "gui/theme/theme.h"
#include "model/topology/labs.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QCryptographicHash>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString trustedKey = u"trust/hashes"_s;
constexpr qsizetype keptHashes = 500;

/// Where things lie on the canvas, and what they are called there, does not change what is run.
QString hashOf(const model::Topology& topology)
{
    model::Topology plain = topology;
    plain.title.clear();
    plain.lesson.clear();
    for (model::Node& node : plain.nodes)
        node.position = {};
    return QString::fromLatin1(
        QCryptographicHash::hash(model::writeTopology(plain), QCryptographicHash::Sha256).toHex());
}

/// The labs that ship with the program may also lie in a folder of the person's.
QStringList labHashes()
{
    QStringList hashes;
    for (const QString& name : model::labNames())
        hashes.append(hashOf(model::readTopologyFile(model::labPath(name)).topology));
    return hashes;
}

} // namespace

TrustDialog::TrustDialog(const QString& file, const model::Topology& topology, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Run these commands?"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* text = new QLabel(tr("<b>%1</b> was not made here. Run starts these programs, with your rights:")
                                .arg(file.toHtmlEscaped()),
                            this);
    text->setWordWrap(true);
    layout->addWidget(text);
    auto* list = new QPlainTextEdit(commandList(topology), this);
    list->setReadOnly(true);
    list->setFont(Theme::instance().dataFont());
    list->setAccessibleName(tr("Commands"));
    list->setTabChangesFocus(true);
    list->setMinimumSize(560, 220);
    layout->addWidget(list, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton* run = buttons->addButton(tr("&Run Them"), QDialogButtonBox::AcceptRole);
    run->setObjectName(u"runThem"_s);
    // Enter alone must not start what nobody has read.
    run->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
}

QString TrustDialog::commandList(const model::Topology& topology)
{
    QString text;
    for (const model::Node& node : topology.nodes) {
        if (!model::isProcess(node.kind))
            continue;
        text += u"$ "_s + model::joinWords(node.argv()) + u'\n';
        if (const QString directory = node.property(u"directory"_s).toString(); !directory.isEmpty())
            text += u"    "_s + tr("in %1").arg(directory) + u'\n';
        const QJsonObject environment = node.property(u"environment"_s).toObject();
        for (auto it = environment.begin(); it != environment.end(); ++it)
            text += u"    %1=%2\n"_s.arg(it.key(), it.value().toString());
        for (const QString& stream : {u"stdout"_s, u"stderr"_s})
            if (const QString target = node.property(stream).toString(); target.startsWith("file:"_L1))
                text += u"    "_s + tr("writes %1").arg(target.mid(5)) + u'\n';
    }
    for (const model::Node& node : topology.nodes)
        if (const QString path = node.property(u"path"_s).toString(); !path.isEmpty())
            text += tr("uses %1").arg(path) + u'\n';
    for (auto it = topology.files.begin(); it != topology.files.end(); ++it)
        text +=
            tr("brings the file %1 (%n character(s))", nullptr, static_cast<int>(it->size())).arg(it.key()) +
            u'\n';
    return text;
}

bool TrustDialog::isTrusted(const model::Topology& topology)
{
    const bool runsNothing =
        std::none_of(topology.nodes.cbegin(), topology.nodes.cend(),
                     [](const model::Node& node) { return model::isProcess(node.kind); });
    if (runsNothing)
        return true;
    const QString hash = hashOf(topology);
    return QSettings().value(trustedKey).toStringList().contains(hash) || labHashes().contains(hash);
}

void TrustDialog::trust(const model::Topology& topology)
{
    QSettings settings;
    QStringList hashes = settings.value(trustedKey).toStringList();
    const QString hash = hashOf(topology);
    hashes.removeAll(hash);
    hashes.prepend(hash);
    settings.setValue(trustedKey, QStringList(hashes.mid(0, keptHashes)));
}

} // namespace byteyard::gui
