#include "gui/panels/live_page.h"

#include "gui/canvas/shape.h"
#include "gui/live_lookup.h"
#include "gui/panels/equivalents.h"
#include "gui/panels/kernel_facts.h"
#include "gui/panels/live_facts.h"
#include "gui/process_menu.h"
#include "gui/theme/theme.h"
#include "gui/widgets/capacity_control.h"
#include "gui/widgets/labels.h"
#include "gui/widgets/script_view.h"
#include "gui/widgets/trend_view.h"
#include "model/log/format.h"
#include "model/session/engine_topology.h"
#include "model/session/live_state.h"

#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// Whether it makes sense to draw how full it was: memory is always as large as it is.
bool hasDepth(const model::LiveEndpoint& endpoint)
{
    model::Kind kind{};
    return model::kindFromId(endpoint.entry.kind, kind) && shapeOf(kind) != gui::Shape::Memory &&
           shapeOf(kind) != gui::Shape::Semaphore && (endpoint.capacity > 0 || kind == model::Kind::File);
}

/// Whether it is held open by descriptors: of the others it is told who has them attached, or who used them.
bool isHeldOpen(const model::LiveEndpoint& endpoint)
{
    return !endpoint.entry.kind.startsWith("sysv-"_L1) && endpoint.entry.kind != "posix-semaphore"_L1;
}

/// A node in the place of what a program made.
model::Node standIn(const model::LiveEndpoint& endpoint)
{
    model::Node node;
    node.name = endpoint.entry.name;
    model::kindFromId(endpoint.entry.kind, node.kind);
    return node;
}

constexpr int refreshMs = 100;
constexpr int holdersMs = 500;

} // namespace

LivePage::LivePage(model::Document& document, model::Session& session, History& history, QWidget* parent)
    : QScrollArea(parent), m_document(document), m_session(session), m_history(history)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(14, 12, 14, 14);
    layout->setSpacing(8);
    m_sentence = new QLabel(body);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts = new FactList(body);
    m_act = new QToolButton(body);
    m_menu = new QMenu(m_act);
    m_capacity = new CapacityControl(body);
    m_scriptTitle = new SectionLabel(tr("Script"), body);
    m_script = new ScriptView(body);
    m_script->setReadOnly(true);
    m_script->setAccessibleName(tr("The actor's script"));
    m_contentsTitle = new SectionLabel({}, body);
    m_contents = new CodeBlock(body);
    m_contents->setWordWrap(false); // rows of columns: one that is too long is cut at the panel's edge
    m_trendTitle = new SectionLabel({}, body);
    m_trend = new TrendView(body);
    m_trend->setFixedHeight(104);
    m_trend->setCompact(true);
    m_holdersTitle = new SectionLabel(tr("Who holds it open · sampled"), body);
    m_holders = new FactList(body);
    m_shellTitle = new SectionLabel(tr("Same thing in a shell"), body);
    m_shell = new CodeBlock(body);
    for (QWidget* widget : std::initializer_list<QWidget*>{
             m_sentence, m_facts, m_act, m_scriptTitle, m_script, m_capacity, m_trendTitle, m_trend,
             m_contentsTitle, m_contents, m_holdersTitle, m_holders, m_shellTitle, m_shell})
        layout->addWidget(widget);
    layout->addStretch(1);
    for (SectionLabel* title : {m_scriptTitle, m_contentsTitle, m_trendTitle, m_holdersTitle, m_shellTitle})
        title->setContentsMargins(0, 8, 0, 0);
    setWidget(body);

    m_act->setText(tr("Signal, Pause, Pace"));
    m_act->setToolTip(tr("Signal, pause or pace this process"));
    m_act->setPopupMode(QToolButton::InstantPopup);
    m_act->setFocusPolicy(Qt::StrongFocus);
    m_act->setMenu(m_menu);
    m_trend->setAccessibleName(tr("Fill over the last 30 seconds"));
    m_trend->setFormat([](double value) { return model::formatBytes(static_cast<quint64>(value)); });
    connect(m_menu, &QMenu::aboutToShow, this, [this] {
        m_menu->clear();
        if (const model::LiveProcess* process = findProcess(m_session, m_node))
            fillProcessMenu(*m_menu, window(), m_session, process->entry.number);
    });
    connect(m_capacity, &CapacityControl::wanted, this, [this](int bytes) {
        if (const model::LiveEndpoint* endpoint = findEndpoint(m_session, m_node))
            m_session.setCapacity(endpoint->entry.number, bytes);
    });

    m_soon.setSingleShot(true);
    m_soon.setInterval(refreshMs);
    connect(&m_soon, &QTimer::timeout, this, &LivePage::refresh);
    const auto later = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(&session, &model::Session::ticked, this, later);
    connect(&session, &model::Session::stateChanged, this, later);
    connect(&session, &model::Session::structureChanged, this, later);
    connect(&history, &History::grew, this, &LivePage::refreshTrend);
    connect(&session, &model::Session::holders, this,
            [this](quint32 endpoint, const QList<model::Holder>& holders) {
                if (endpoint == m_holdersOf)
                    m_holders->setFacts(holders.isEmpty() ? QList<Fact>{{tr("nobody"), {}, {}}}
                                                          : holderFacts(m_session, holders));
            });
    refresh();
}

void LivePage::setSubject(const QString& node, const QString& edge, const QString& group)
{
    m_node = node;
    m_edge = edge;
    m_group = group;
    m_holdersOf = 0;
    m_holders->setFacts({});
    refresh();
}

void LivePage::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    refresh();
}

void LivePage::refresh()
{
    if (!isVisible())
        return;
    const model::LiveProcess* process = m_node.isEmpty() ? nullptr : findProcess(m_session, m_node);
    const model::LiveEndpoint* endpoint = m_node.isEmpty() ? nullptr : findEndpoint(m_session, m_node);
    const model::Node* node = m_document.topology().node(m_node);
    const model::Edge* edge = m_document.topology().edge(m_edge);

    QString sentence;
    m_act->setVisible(process != nullptr);
    m_capacity->setVisible(endpoint && endpoint->capacity > 0 && m_session.isLive() &&
                           (endpoint->entry.kind == "pipe"_L1 || endpoint->entry.kind == "fifo"_L1));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_trendTitle, m_trend})
        widget->setVisible(endpoint && hasDepth(*endpoint));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_holdersTitle, m_holders})
        widget->setVisible(endpoint && m_session.isLive() && endpoint->entry.state == "live"_L1 &&
                           isHeldOpen(*endpoint));
    m_shellTitle->setVisible(node || endpoint);
    m_shell->setVisible(node || endpoint);

    if (process) {
        sentence =
            process->error.isEmpty() ? m_session.blockedSentence(process->entry.number) : process->error;
        refreshProcess(*process);
    } else if (endpoint) {
        sentence = endpoint->error;
        refreshEndpoint(*endpoint);
    } else if (edge) {
        m_facts->setFacts(edgeFacts(m_session, *edge));
    } else if (node) {
        sentence = model::isProcess(node->kind) ? tr("Planned: no process yet. Press Run (F5).")
                                                : tr("Planned: no kernel object yet. Press Run (F5).");
        m_facts->setFacts({});
    } else if (const model::Group* group = m_document.topology().group(m_group)) {
        m_facts->setFacts(groupFacts(m_session, m_document.topology(), *group));
    } else {
        m_facts->setFacts(runFacts(m_session));
    }
    m_sentence->setText(sentence);
    m_sentence->setVisible(!sentence.isEmpty());
    if (node)
        refreshShell(*node, process, endpoint);
    else if (endpoint)
        refreshShell(standIn(*endpoint), nullptr, endpoint);
    refreshScript(node, process);
    refreshContents(endpoint);
    refreshTrend();
}

void LivePage::refreshShell(const model::Node& node, const model::LiveProcess* process,
                            const model::LiveEndpoint* endpoint)
{
    m_shell->setText(model::isProcess(node.kind) ? shellLines(node, process)
                                                 : shellLines(m_document.topology(), node, endpoint));
}

void LivePage::refreshScript(const model::Node* node, const model::LiveProcess* process)
{
    const bool actor = node && node->kind == model::Kind::Actor;
    m_scriptTitle->setVisible(actor);
    m_script->setVisible(actor);
    if (!actor)
        return;
    const QString text = model::scriptOf(*node);
    if (m_script->toPlainText() != text)
        m_script->setPlainText(text);
    constexpr int linesMost = 16;
    m_script->setFixedHeight(
        m_script->fontMetrics().lineSpacing() * std::clamp(m_script->blockCount(), 3, linesMost) + 22);
    using Mark = ScriptView::Mark;
    Mark mark = Mark::None;
    if (process && (process->line > 0 || process->errorLine > 0)) {
        const QList<model::PendingCall> pending = m_session.pending();
        const bool blocked =
            std::any_of(pending.begin(), pending.end(), [process](const model::PendingCall& call) {
                return call.process == process->entry.number && !call.paced;
            });
        mark = process->errorLine > 0                  ? Mark::Failed
               : model::hasEnded(process->entry.state) ? Mark::None
               : blocked                               ? Mark::Blocked
                                                       : Mark::Runs;
    }
    m_script->setMark(!process ? 0 : process->errorLine > 0 ? process->errorLine : process->line, mark);
}

void LivePage::refreshContents(const model::LiveEndpoint* endpoint)
{
    const EndpointContents contents = endpoint ? endpointContents(m_session, *endpoint) : EndpointContents{};
    m_contentsTitle->setVisible(!contents.text.isEmpty());
    m_contents->setVisible(!contents.text.isEmpty());
    m_contentsTitle->setText(contents.title);
    m_contents->setText(contents.text);
    m_contents->setToolTip(contents.text); // whole there, when a row is cut
}

QString LivePage::contentsText() const
{
    return m_contents->text();
}

void LivePage::refreshProcess(const model::LiveProcess& process)
{
    m_facts->setFacts(processFacts(m_session, process));
    m_act->setEnabled(m_session.isLive());
}

void LivePage::refreshEndpoint(const model::LiveEndpoint& endpoint)
{
    m_facts->setFacts(endpointFacts(m_session, endpoint));
    m_capacity->setValue(
        static_cast<int>(std::min<quint64>(endpoint.capacity, std::numeric_limits<int>::max())));
    if (m_session.isLive() && endpoint.entry.state == "live"_L1)
        askHolders(endpoint.entry.number);
}

void LivePage::refreshTrend()
{
    const model::LiveEndpoint* endpoint = m_node.isEmpty() ? nullptr : findEndpoint(m_session, m_node);
    if (!isVisible() || !endpoint)
        return;
    model::Kind kind = model::Kind::Pipe;
    model::kindFromId(endpoint->entry.kind, kind);
    // A POSIX queue and a backlog are counted in messages and connections, all else in bytes.
    const bool counted = kind == model::Kind::PosixQueue || (isListener(kind) && endpoint->entry.parent == 0);
    m_trendTitle->setText(kind == model::Kind::File            ? tr("Size · last 30 s · sampled")
                          : shapeOf(kind) == gui::Shape::Queue ? tr("Queue depth · last 30 s · sampled")
                          : counted                            ? tr("Waiting · last 30 s · sampled")
                                                               : tr("Fill · last 30 s · sampled"));
    m_trend->setSpan(m_history.now(), History::spanSeconds);
    const auto text = [counted](quint64 value) {
        return counted ? model::formatCount(value) : model::formatBytes(value);
    };
    m_trend->setFormat([text](double value) { return text(static_cast<quint64>(value)); });
    m_trend->setLimit(static_cast<double>(endpoint->capacity),
                      kind == model::Kind::SysvQueue    ? u"msg_qbytes"_s
                      : kind == model::Kind::PosixQueue ? u"mq_maxmsg"_s
                      : counted                         ? tr("backlog %1").arg(text(endpoint->capacity))
                                                        : tr("capacity %1").arg(text(endpoint->capacity)));
    m_trend->setSeries({{endpoint->entry.name, Theme::instance().kindOutline(kind),
                         m_history.trace(endpoint->entry.number).fill}});
}

void LivePage::askHolders(quint32 endpoint)
{
    if (endpoint == m_holdersOf && m_asked.isValid() && m_asked.elapsed() < holdersMs)
        return;
    m_holdersOf = endpoint;
    m_asked.start();
    m_session.askHolders(endpoint);
}

} // namespace byteyard::gui
