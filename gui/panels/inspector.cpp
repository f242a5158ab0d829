#include "gui/panels/inspector.h"

#include "gui/canvas/group_look.h"
#include "gui/live_lookup.h"
#include "gui/panels/equivalents.h"
#include "gui/panels/live_page.h"
#include "gui/panels/properties_page.h"
#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"

#include <QFile>
#include <QTabWidget>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

QString lessonText(const QString& lesson)
{
    // The reader of topology files has checked that the name is a plain word.
    QFile file(u":/lessons/%1.md"_s.arg(lesson));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// For a narrow panel: headings a little larger than the text, lists hardly indented, code on a tint and
/// wrapped.
void dress(QTextDocument& document)
{
    document.setIndentWidth(18);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        if (const int level = block.blockFormat().headingLevel(); level > 0) {
            QTextCursor heading(block);
            heading.select(QTextCursor::BlockUnderCursor);
            QTextCharFormat size;
            size.setProperty(QTextFormat::FontSizeAdjustment, level == 1 ? 1 : 0);
            heading.mergeCharFormat(size);
        }
        if (!block.blockFormat().hasProperty(QTextFormat::BlockCodeFence) &&
            !block.blockFormat().nonBreakableLines())
            continue;
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        format.setNonBreakableLines(false);
        format.setBackground(Theme::instance().colors().field);
        cursor.setBlockFormat(format);
    }
}

QString fenced(const QString& code)
{
    return u"\n```\n"_s + code + u"\n```\n"_s;
}

} // namespace

Inspector::Inspector(Document& document, Session& session, History& history, QWidget* parent)
    : QWidget(parent), m_document(document), m_session(session), m_title(new QLabel(this)),
      m_subtitle(new MutedLabel({}, this)), m_tabs(new QTabWidget(this)),
      m_live(new LivePage(document, session, history)), m_properties(new PropertiesPage(document, session)),
      m_learn(new QTextBrowser)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 10, 0, 0);
    layout->setSpacing(2);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    bold.setPointSizeF(bold.pointSizeF() * 1.08);
    m_title->setFont(bold);
    m_title->setWordWrap(true);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setContentsMargins(14, 0, 14, 0);
    m_subtitle->setWordWrap(true);
    m_subtitle->setTextFormat(Qt::PlainText);
    m_subtitle->setContentsMargins(14, 0, 14, 4);
    m_subtitle->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_title);
    layout->addWidget(m_subtitle);
    layout->addWidget(m_tabs, 1);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_live, tr("Live"));
    m_tabs->addTab(m_properties, tr("Properties"));
    m_tabs->addTab(m_learn, tr("Learn"));
    m_learn->setFrameShape(QFrame::NoFrame);
    m_learn->setOpenLinks(false);
    m_learn->document()->setDocumentMargin(12);
    m_learn->setAccessibleName(tr("Learn"));
    setFocusProxy(m_tabs);
    setMinimumWidth(230);

    // A lesson is laid out only when it is looked at.
    connect(m_tabs, &QTabWidget::currentChanged, this, &Inspector::refreshLearn);
    connect(&Theme::instance(), &Theme::changed, this, &Inspector::refreshLearn);
    connect(&session, &Session::structureChanged, this, &Inspector::refreshTitle);
    connect(&session, &Session::stateChanged, this, &Inspector::refreshTitle);
    connect(&document, &Document::nodeChanged, this, &Inspector::refreshTitle);
    connect(&document, &Document::groupChanged, this, &Inspector::refreshTitle);
    connect(&document, &Document::infoChanged, this, &Inspector::refreshTitle);
    connect(&document, &Document::wasReset, this, [this] { setSelection({}); });
    setSelection({});
}

void Inspector::setSelection(const Selection& selection)
{
    const Group* group = selection.groups.size() == 1 && selection.edges.isEmpty()
                             ? m_document.topology().group(selection.groups.constFirst())
                             : nullptr;
    m_group = group && group->members.size() == selection.nodes.size() ? group->id : QString();
    m_node = selection.nodes.size() == 1 && selection.edges.isEmpty() && m_group.isEmpty()
                 ? selection.nodes.constFirst()
                 : QString();
    m_edge =
        selection.edges.size() == 1 && selection.nodes.isEmpty() ? selection.edges.constFirst() : QString();
    m_live->setSubject(m_node, m_edge, m_group);
    m_properties->setSubject(m_node, m_edge, m_group);
    refreshTitle();
    refreshLearn();
}

void Inspector::showPage(Page page)
{
    m_tabs->setCurrentIndex(static_cast<int>(page));
}

QString Inspector::title() const
{
    return m_title->text();
}

void Inspector::refreshTitle()
{
    QString title;
    QStringList about;
    const Node* node = m_document.topology().node(m_node);
    const Edge* edge = m_document.topology().edge(m_edge);
    if (const LiveProcess* process = m_node.isEmpty() ? nullptr : findProcess(m_session, m_node)) {
        title = node ? node->name : process->entry.name;
        about.append(node                         ? kindInfo(node->kind).title
                     : process->entry.parent == 0 ? tr("ran before the run")
                                                  : tr("forked by a program"));
        if (process->entry.pid > 0)
            about.append(u"pid %1"_s.arg(process->entry.pid));
    } else if (const LiveEndpoint* endpoint = m_node.isEmpty() ? nullptr : findEndpoint(m_session, m_node)) {
        Kind kind = Kind::Pipe;
        kindFromId(endpoint->entry.kind, kind);
        title = node ? node->name : endpoint->entry.name;
        about.append(kindInfo(kind).title);
        if (endpoint->entry.id >= 0)
            about.append(tr("id %1").arg(endpoint->entry.id));
        if (!endpoint->entry.key.isEmpty())
            about.append(tr("key %1").arg(endpoint->entry.key));
        if (endpoint->entry.id < 0 && endpoint->entry.inode != 0)
            about.append(tr("inode %1").arg(endpoint->entry.inode));
        if (!node)
            about.append(tr("made by a program"));
    } else if (node) {
        title = node->name;
        about.append(kindInfo(node->kind).title);
        about.append(tr("planned"));
    } else if (edge) {
        const Node* user = m_document.topology().node(edge->process);
        const Node* other = m_document.topology().node(edge->endpoint);
        title = (isFdPort(edge->processPort) ? tr("%1, fd %2") : tr("%1, handle %2"))
                    .arg(user ? user->name : edge->process, edge->processPort);
        about.append(tr("%1 of %2").arg(edge->endpointPort, other ? other->name : edge->endpoint));
    } else if (const Group* group = m_document.topology().group(m_group)) {
        title = group->name;
        about.append(tr("Group"));
        about.append(lookOf(*group, m_document.topology().membersOf(*group), m_session).detail);
    } else if (m_session.isMap()) {
        title = tr("Map of this machine");
        about.append(tr("%n process(es)", nullptr, static_cast<int>(m_session.processes().size())));
        about.append(tr("%n endpoint(s)", nullptr, static_cast<int>(m_session.endpoints().size())));
    } else {
        title =
            m_document.topology().title.isEmpty() ? m_document.displayName() : m_document.topology().title;
        about.append(tr("%n node(s)", nullptr, static_cast<int>(m_document.topology().nodes.size())));
        about.append(tr("%n connection(s)", nullptr, static_cast<int>(m_document.topology().edges.size())));
    }
    m_title->setText(title);
    m_subtitle->setText(about.join(u" · "_s));
}

void Inspector::refreshLearn()
{
    if (m_tabs->currentIndex() != static_cast<int>(Page::Learn))
        return;
    QString text;
    if (const Node* node = m_document.topology().node(m_node)) {
        const LiveProcess* process = isProcess(node->kind) ? findProcess(m_session, m_node) : nullptr;
        const LiveEndpoint* endpoint = isProcess(node->kind) ? nullptr : findEndpoint(m_session, m_node);
        text = kindText(node->kind) + u"\n\n#### "_s + tr("In a shell") + u"\n"_s +
               fenced(isProcess(node->kind) ? shellLines(*node, process)
                                            : shellLines(m_document.topology(), *node, endpoint)) +
               u"\n#### "_s + tr("In C") + u"\n"_s + fenced(cLines(*node));
    } else {
        text = lessonText(m_document.topology().lesson);
        if (text.isEmpty())
            text = tr("Select a part to read what it is, and how to make it in a shell and in C. The labs in "
                      "the palette "
                      "come with a lesson each.");
    }
    m_learn->setMarkdown(text);
    dress(*m_learn->document());
}

} // namespace byteyard::gui
