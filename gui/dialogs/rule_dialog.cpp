#include "gui/dialogs/rule_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>

using namespace byteyard::model;

namespace byteyard::gui {

namespace {

enum When { Before, After, AfterFailure };

QComboBox* errorBox(QWidget* parent)
{
    auto* box = new QComboBox(parent);
    for (const int error : {EIO, ENOSPC, EAGAIN, EINTR, EPIPE, ECONNRESET, ECONNREFUSED, ETIMEDOUT, EACCES,
                            EPERM, ENOENT, EBADF, EINVAL, ENOMEM, EMFILE, EMSGSIZE, EIDRM, EDEADLK})
        box->addItem(errorText(error), error);
    return box;
}

/// What this process has open, each once.
QList<const LiveEndpoint*> endpointsOf(const Session& session, quint32 process)
{
    QList<const LiveEndpoint*> list;
    const QList<LiveEdge> edges = session.edges();
    for (const LiveEdge& edge : edges) {
        const LiveEndpoint* endpoint = edge.process == process ? session.endpoint(edge.endpoint) : nullptr;
        if (endpoint != nullptr && !list.contains(endpoint))
            list.append(endpoint);
    }
    return list;
}

} // namespace

RuleDialog::RuleDialog(Kind kind, const Session& session, quint32 process, QWidget* parent)
    : QDialog(parent), m_kind(kind), m_process(process), m_call(new QComboBox(this)),
      m_endpoint(new QComboBox(this)), m_atLeast(new QSpinBox(this)), m_text(new QLineEdit(this)),
      m_every(new QSpinBox(this)), m_once(new QCheckBox(tr("&Once, then never again"), this))
{
    const LiveProcess* live = session.process(process);
    const QString name = live != nullptr ? live->entry.name : QString();
    setWindowTitle(kind == Kind::Break ? tr("Hold %1 at a call").arg(name)
                                       : tr("Change calls of %1").arg(name));
    auto* layout = new QFormLayout(this);
    layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    addConditions(*layout, session);
    if (kind == Kind::Break)
        addBreak(*layout);
    else
        addInjection(*layout, session);
    m_every->setRange(1, std::numeric_limits<int>::max());
    m_every->setSpecialValueText(tr("each of these calls"));
    m_every->setPrefix(tr("every ", "before a count"));
    m_every->setSuffix(tr(". of these calls", "after a count"));
    layout->addRow(tr("H&ow often"), m_every);
    layout->addRow(QString(), m_once);
    auto* note =
        new QLabel(kind == Kind::Break
                       ? tr("Its threads are held at their next call; Step (F10) or Resume lets them go on.")
                       : tr("The program meets this as if the kernel had done it; the log shows the call "
                            "as injected."),
                   this);
    note->setWordWrap(true);
    layout->addRow(note);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(kind == Kind::Break ? tr("&Break") : tr("&Inject"));
    layout->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_call->setFocus();
}

void RuleDialog::addConditions(QFormLayout& layout, const Session& session)
{
    m_call->setObjectName(QStringLiteral("call"));
    m_call->addItem(tr("any IPC call"));
    m_call->addItems(callsForRules());
    m_endpoint->setObjectName(QStringLiteral("endpoint"));
    m_endpoint->addItem(tr("any endpoint"), 0U);
    for (const LiveEndpoint* endpoint : endpointsOf(session, m_process))
        m_endpoint->addItem(tr("%1 (%2)").arg(endpoint->entry.name, endpoint->entry.kind),
                            endpoint->entry.number);
    m_atLeast->setObjectName(QStringLiteral("atLeast"));
    m_atLeast->setRange(0, std::numeric_limits<int>::max());
    m_atLeast->setSpecialValueText(tr("any number"));
    m_text->setObjectName(QStringLiteral("text"));
    m_text->setPlaceholderText(tr("anything"));
    layout.addRow(tr("&Call"), m_call);
    layout.addRow(tr("&Endpoint"), m_endpoint);
    layout.addRow(tr("&At least bytes"), m_atLeast);
    layout.addRow(tr("&Text that moves"), m_text);
}

void RuleDialog::addBreak(QFormLayout& layout)
{
    m_when = new QComboBox(this);
    m_when->setObjectName(QStringLiteral("when"));
    m_when->addItems({tr("before the call"), tr("after the call"), tr("after the call, when it fails")});
    m_failure = errorBox(this);
    m_failure->setObjectName(QStringLiteral("failure"));
    m_failure->insertItem(0, tr("any error"), 0);
    m_failure->setCurrentIndex(0);
    m_failure->setEnabled(false);
    connect(m_when, &QComboBox::currentIndexChanged, m_failure,
            [this](int index) { m_failure->setEnabled(index == AfterFailure); });
    layout.addRow(tr("&Hold it"), m_when);
    layout.addRow(tr("&With"), m_failure);
}

void RuleDialog::addInjection(QFormLayout& layout, const Session& session)
{
    m_action = new QComboBox(this);
    m_action->setObjectName(QStringLiteral("action"));
    m_values = new QStackedWidget(this);
    const auto add = [this](const QString& text, Rule::Action action, QWidget* value) {
        m_action->addItem(text, static_cast<int>(action));
        m_values->addWidget(value);
    };
    m_error = errorBox(this);
    m_error->setObjectName(QStringLiteral("error"));
    m_delay = new QSpinBox(this);
    constexpr int mostMs = 24 * 3600 * 1000;
    m_delay->setRange(1, mostMs);
    m_delay->setValue(500);
    m_delay->setSuffix(tr(" ms"));
    m_bytes = new QSpinBox(this);
    m_bytes->setObjectName(QStringLiteral("bytes"));
    m_bytes->setRange(1, std::numeric_limits<int>::max());
    m_bytes->setSuffix(tr(" bytes at most"));
    m_signal = new QComboBox(this);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGSTOP, SIGKILL})
        m_signal->addItem(signalText(signal), signal);
    m_descriptor = new QComboBox(this);
    const QList<LiveEdge> edges = session.edges();
    for (const LiveEdge& edge : edges)
        for (const int fd : edge.fds)
            if (edge.process == m_process && fd >= 0)
                if (const LiveEndpoint* endpoint = session.endpoint(edge.endpoint))
                    m_descriptor->addItem(tr("%1 · %2").arg(fd).arg(endpoint->entry.name), fd);
    add(tr("it fails with an error"), Rule::Action::Error, m_error);
    add(tr("it is delayed"), Rule::Action::Delay, m_delay);
    add(tr("it moves fewer bytes"), Rule::Action::Short, m_bytes);
    add(tr("a signal comes"), Rule::Action::Signal, m_signal);
    if (m_descriptor->count() > 0)
        add(tr("a descriptor is closed first"), Rule::Action::Close, m_descriptor);
    connect(m_action, &QComboBox::currentIndexChanged, m_values, &QStackedWidget::setCurrentIndex);
    layout.addRow(tr("&What happens"), m_action);
    layout.addRow(QString(), m_values);
}

Rule RuleDialog::rule() const
{
    Rule rule;
    rule.process = m_process;
    rule.endpoint = m_endpoint->currentData().toUInt();
    if (m_call->currentIndex() > 0)
        rule.calls = {m_call->currentText()};
    rule.atLeast = static_cast<quint64>(m_atLeast->value());
    rule.data = m_text->text().toUtf8();
    rule.every = m_every->value();
    rule.once = m_once->isChecked();
    if (m_kind == Kind::Break) {
        rule.after = m_when->currentIndex() != Before;
        if (m_when->currentIndex() == AfterFailure)
            rule.error = m_failure->currentData().toInt();
        return rule;
    }
    rule.action = static_cast<Rule::Action>(m_action->currentData().toInt());
    switch (rule.action) {
    case Rule::Action::Error:
        rule.value = m_error->currentData().toInt();
        break;
    case Rule::Action::Delay:
        rule.value = m_delay->value();
        break;
    case Rule::Action::Short:
        rule.value = m_bytes->value();
        break;
    case Rule::Action::Signal:
        rule.value = m_signal->currentData().toInt();
        break;
    default:
        rule.value = m_descriptor->currentData().toInt();
    }
    return rule;
}

} // namespace byteyard::gui
