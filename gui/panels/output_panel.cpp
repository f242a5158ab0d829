#include "gui/panels/output_panel.h"

#include "gui/live_lookup.h"
#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTextDocumentFragment>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr int keptLines = 50'000;

/// What a terminal would show: the pty's line ends are one character here, other controls are made visible.
QString printable(const QByteArray& bytes)
{
    QString text = QString::fromUtf8(bytes);
    text.remove(u'\r');
    for (QChar& c : text)
        if (c.unicode() < 0x20 && c != u'\n' && c != u'\t')
            c = QChar(0x2400 + c.unicode());
    return text;
}

} // namespace

OutputPanel::OutputPanel(model::Document& document, model::Session& session, QWidget* parent)
    : QWidget(parent), m_document(document), m_session(session), m_process(new QComboBox(this)),
      m_search(new QLineEdit(this)), m_text(new QPlainTextEdit(this)), m_inputBar(new QWidget(this)),
      m_input(new QLineEdit(m_inputBar))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 8, 0);
    top->setSpacing(6);
    auto* copy = new QToolButton(this);
    top->addWidget(m_process);
    top->addStretch(1);
    top->addWidget(m_search);
    top->addWidget(copy);
    layout->addLayout(top);
    layout->addWidget(m_text, 1);
    auto* bottom = new QHBoxLayout(m_inputBar);
    bottom->setContentsMargins(8, 0, 8, 6);
    bottom->setSpacing(6);
    auto* end = new QPushButton(tr("End of Input"), m_inputBar);
    bottom->addWidget(m_input, 1);
    bottom->addWidget(end);
    layout->addWidget(m_inputBar);
    setFocusProxy(m_text);

    m_process->setAccessibleName(tr("Whose output"));
    m_process->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_search->setPlaceholderText(tr("Find…"));
    m_search->setAccessibleName(tr("Find in the output"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(220);
    m_search->setToolTip(tr("Enter goes on to the next, Shift+Enter to the one before"));
    copy->setText(tr("Copy"));
    copy->setFocusPolicy(Qt::StrongFocus);
    copy->setToolTip(tr("Copy what is selected, or all"));
    m_text->setObjectName(u"output"_s);
    m_input->setObjectName(u"input"_s);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setMaximumBlockCount(keptLines);
    m_text->setAccessibleName(tr("Output"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setPlaceholderText(
        tr("What the programs print on descriptors 1 and 2 that are not connected appears here."));
    m_text->setLayoutDirection(Qt::LeftToRight);
    m_text->document()->setDocumentMargin(10);
    m_input->setAccessibleName(tr("Input line"));
    m_input->setToolTip(tr("Enter sends the line to the process's descriptor 0"));
    end->setToolTip(tr("Close the process's descriptor 0: it reads end-of-file (Ctrl+D)"));
    end->setShortcut(QKeySequence(u"Ctrl+Shift+D"_s));
    followTheme(m_text, [this] {
        m_text->setFont(Theme::instance().dataFont());
        m_input->setFont(Theme::instance().dataFont());
    });

    connect(m_process, &QComboBox::activated, this, [this] {
        rebuild();
        updateInput();
    });
    connect(copy, &QToolButton::clicked, this, [this] {
        const QString part = m_text->textCursor().selection().toPlainText();
        QApplication::clipboard()->setText(part.isEmpty() ? text() : part);
    });
    connect(m_search, &QLineEdit::returnPressed, this,
            [this] { find(!(QApplication::keyboardModifiers() & Qt::ShiftModifier)); });
    connect(m_input, &QLineEdit::returnPressed, this, [this] { send(false); });
    connect(end, &QPushButton::clicked, this, [this] { send(true); });
    connect(&session, &model::Session::outputArrived, this,
            [this](quint32 process, int, const QByteArray& bytes) { arrived(process, bytes); });
    connect(&session, &model::Session::structureChanged, this, &OutputPanel::fillProcesses);
    connect(&session, &model::Session::storeChanged, this, [this] {
        m_text->clear();
        m_lastSpeaker = 0;
        m_lineOpen = false;
        fillProcesses();
    });
    connect(&session, &model::Session::stateChanged, this, &OutputPanel::updateInput);
    fillProcesses();
}

QString OutputPanel::chosen() const
{
    return m_process->currentData().toString();
}

void OutputPanel::fillProcesses()
{
    // Of those that programs forked, of which there may be thousands, whoever has printed something.
    QList<std::pair<QString, QString>> listed{{QString(), tr("All processes")}};
    QSet<QString> keys;
    for (const model::LiveProcess& process : m_session.processes()) {
        const QString key = processKey(process.entry);
        const bool mayPrint =
            !process.entry.node.isEmpty() || !m_session.output(process.entry.number).isEmpty();
        if (mayPrint && !keys.contains(key)) {
            keys.insert(key);
            listed.append({key, process.entry.name});
        }
    }
    if (listed == m_listed)
        return updateInput();
    m_listed = listed;
    const QString before = chosen();
    m_process->clear();
    for (const auto& [key, name] : listed)
        m_process->addItem(name, key);
    const int at = m_process->findData(before);
    m_process->setCurrentIndex(std::max(at, 0));
    if (at < 0)
        rebuild();
    updateInput();
}

void OutputPanel::setProcess(const QString& key)
{
    const int at = m_process->findData(key);
    if (at < 0 || at == m_process->currentIndex())
        return;
    m_process->setCurrentIndex(at);
    rebuild();
    updateInput();
}

void OutputPanel::arrived(quint32 process, const QByteArray& bytes)
{
    const model::LiveProcess* live = m_session.process(process);
    if (live != nullptr && live->entry.node.isEmpty() && m_process->findData(processKey(live->entry)) < 0)
        fillProcesses();
    if (!chosen().isEmpty()) {
        if (live && processKey(live->entry) == chosen())
            append(printable(bytes));
        return;
    }
    // In the view of all, a line says whose text follows.
    if (process != m_lastSpeaker) {
        const QString name = live ? u"%1 · pid %2"_s.arg(live->entry.name).arg(live->entry.pid) : QString();
        append((m_lineOpen ? u"\n"_s : QString()) + u"── %1 ──\n"_s.arg(name));
        m_lastSpeaker = process;
    }
    append(printable(bytes));
    m_lineOpen = !bytes.endsWith('\n');
}

void OutputPanel::append(const QString& text)
{
    QScrollBar* bar = m_text->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum() - 1;
    QTextCursor cursor(m_text->document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(text);
    if (atEnd)
        bar->setValue(bar->maximum());
}

void OutputPanel::rebuild()
{
    m_text->clear();
    m_lastSpeaker = 0;
    m_lineOpen = false;
    for (const model::LiveProcess& process : m_session.processes()) {
        if (!chosen().isEmpty() && processKey(process.entry) != chosen())
            continue;
        if (const QByteArray bytes = m_session.output(process.entry.number); !bytes.isEmpty())
            arrived(process.entry.number, bytes);
    }
}

bool OutputPanel::isTyped(const QString& key) const
{
    const model::Node* node = m_document.topology().node(key);
    return node && node->kind == model::Kind::Command && node->property(u"stdin"_s).toString() == "typed"_L1;
}

void OutputPanel::updateInput()
{
    const model::LiveProcess* live = chosen().isEmpty() ? nullptr : findProcess(m_session, chosen());
    const bool typed = live && isTyped(chosen());
    const bool running = typed && m_session.isLive() &&
                         (live->entry.state == "running"_L1 || live->entry.state == "stopped"_L1);
    m_inputBar->setVisible(typed);
    m_inputBar->setEnabled(running);
    if (live)
        m_input->setPlaceholderText(tr("Type a line for %1, then Enter").arg(live->entry.name));
}

void OutputPanel::send(bool end)
{
    const model::LiveProcess* live = findProcess(m_session, chosen());
    if (!live)
        return;
    QByteArray bytes = m_input->text().toUtf8();
    if (!end || !bytes.isEmpty())
        bytes += '\n';
    m_session.sendInput(live->entry.number, bytes, end);
    m_input->clear();
}

void OutputPanel::find(bool forward)
{
    const QTextDocument::FindFlags flags = forward ? QTextDocument::FindFlags() : QTextDocument::FindBackward;
    if (m_text->find(m_search->text(), flags))
        return;
    QTextCursor cursor = m_text->textCursor();
    cursor.movePosition(forward ? QTextCursor::Start : QTextCursor::End);
    m_text->setTextCursor(cursor);
    m_text->find(m_search->text(), flags);
}

QString OutputPanel::text() const
{
    return m_text->toPlainText();
}

void OutputPanel::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

} // namespace byteyard::gui
