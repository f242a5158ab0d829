#include "gui/panels/log_filter_bar.h"

#include "gui/live_lookup.h"
#include "gui/theme/theme.h"
#include "gui/widgets/choice_button.h"
#include "gui/widgets/labels.h"
#include "model/log/format.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>

#include <limits>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QList<ChoiceButton::Choice> callChoices()
{
    QList<ChoiceButton::Choice> choices;
    for (quint16 i = 0; i < static_cast<quint16>(ipc::Call::Count_); ++i) {
        const std::string_view name = ipc::callInfo(static_cast<ipc::Call>(i)).name;
        const QString text = QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
        choices.append({text, text});
    }
    std::sort(choices.begin(), choices.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
    return choices;
}

/// Ticks all endpoints of a kind, those that are yet to come too. No id of a node has a colon.
QString kindKey(const model::EndpointEntry& entry)
{
    return u"kind:"_s + entry.kind;
}

} // namespace

LogFilterBar::LogFilterBar(QWidget* parent)
    : QWidget(parent), m_processes(new ChoiceButton(tr("All processes"), tr("%1 processes"), this)),
      m_endpoints(new ChoiceButton(tr("All endpoints"), tr("%1 endpoints"), this)),
      m_calls(new ChoiceButton(tr("All calls"), tr("%1 calls"), this)),
      m_errors(new QCheckBox(tr("Errors only"), this)), m_text(new QLineEdit(this)),
      m_range(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_processes);
    layout->addWidget(m_endpoints);
    layout->addWidget(m_calls);
    layout->addWidget(m_errors);
    layout->addWidget(m_range);
    layout->addStretch(1);
    layout->addWidget(m_text, 2);
    m_text->setPlaceholderText(tr("Filter by text…"));
    m_text->setAccessibleName(tr("Filter by text"));
    m_text->setClearButtonEnabled(true);
    m_range->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_range->setIconSize({10, 10});
    m_range->setFocusPolicy(Qt::StrongFocus);
    m_range->setToolTip(tr("The range chosen on the time line. Press to see all times again."));
    followTheme(m_range, [this] { m_range->setIcon(Theme::instance().icon(u"close"_s)); });
    m_range->hide();
    connect(m_range, &QToolButton::clicked, this,
            [this] { setRange(0, std::numeric_limits<quint64>::max()); });
    m_calls->setChoices(callChoices());
    for (ChoiceButton* button : {m_processes, m_endpoints, m_calls})
        connect(button, &ChoiceButton::chosenChanged, this, &LogFilterBar::update);
    connect(m_errors, &QCheckBox::toggled, this, &LogFilterBar::update);
    connect(m_text, &QLineEdit::textChanged, this, &LogFilterBar::update);
}

void LogFilterBar::setCatalog(const model::Catalog& catalog)
{
    m_catalog = catalog;
    QList<ChoiceButton::Choice> processes;
    QSet<QString> seen;
    for (const model::ProcessEntry& entry : catalog.sortedProcesses()) {
        const QString key = processKey(entry);
        if (!seen.contains(key))
            processes.append(
                {key, entry.node.isEmpty() ? u"%1  %2"_s.arg(entry.name).arg(entry.pid) : entry.name});
        seen.insert(key);
    }
    QList<ChoiceButton::Choice> endpoints;
    for (const model::EndpointEntry& entry : catalog.sortedEndpoints())
        if (const QString key = kindKey(entry); !seen.contains(key)) {
            endpoints.append({key, tr("every %1").arg(entry.kind)});
            seen.insert(key);
        }
    for (const model::EndpointEntry& entry : catalog.sortedEndpoints()) {
        const QString key = endpointKey(entry);
        if (!seen.contains(key))
            endpoints.append({key, entry.name});
        seen.insert(key);
    }
    m_processes->setChoices(processes);
    m_endpoints->setChoices(endpoints);
    update();
}

void LogFilterBar::update()
{
    // Chosen, but nothing with that name has run: no row fits, rather than every row.
    constexpr quint32 nothing = std::numeric_limits<quint32>::max();
    model::LogFilter filter;
    for (const model::ProcessEntry& entry : m_catalog.processes)
        if (m_processes->chosen().contains(processKey(entry)))
            filter.processes.insert(entry.number);
    if (filter.processes.isEmpty() && !m_processes->chosen().isEmpty())
        filter.processes.insert(nothing);
    for (const model::EndpointEntry& entry : m_catalog.endpoints)
        if (m_endpoints->chosen().contains(endpointKey(entry)) ||
            m_endpoints->chosen().contains(kindKey(entry)))
            filter.endpoints.insert(entry.number);
    if (filter.endpoints.isEmpty() && !m_endpoints->chosen().isEmpty())
        filter.endpoints.insert(nothing);
    for (const QString& name : m_calls->chosen())
        if (const auto call = ipc::callFromName(name.toStdString()))
            filter.calls.insert(static_cast<quint16>(*call));
    filter.errorsOnly = m_errors->isChecked();
    filter.text = m_text->text();
    filter.from = m_from;
    filter.to = m_to;
    if (filter == m_filter)
        return;
    m_filter = filter;
    Q_EMIT filterChanged();
}

void LogFilterBar::setProcesses(const QSet<QString>& keys)
{
    m_processes->setChosen(keys);
}

void LogFilterBar::setEndpoints(const QSet<QString>& keys)
{
    m_endpoints->setChosen(keys);
}

void LogFilterBar::setRange(quint64 from, quint64 to)
{
    m_from = from;
    m_to = to;
    update();
    m_range->setVisible(m_filter.hasRange());
    if (m_filter.hasRange())
        m_range->setText(tr("%1 – %2 s").arg(model::formatTime(from), model::formatTime(to)));
}

void LogFilterBar::clear()
{
    setRange(0, std::numeric_limits<quint64>::max());
    m_processes->setChosen({});
    m_endpoints->setChosen({});
    m_calls->setChosen({});
    m_errors->setChecked(false);
    m_text->clear();
}

void LogFilterBar::focusText()
{
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

} // namespace byteyard::gui
