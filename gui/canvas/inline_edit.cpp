#include "gui/canvas/inline_edit.h"

#include "gui/canvas/program_completer.h"
#include "gui/theme/theme.h"

#include <QEvent>
#include <QFocusEvent>
#include <QFontMetrics>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr int widthLeast = 240;
constexpr int widthMost = 640;

} // namespace

InlineEdit::InlineEdit(Purpose purpose, QWidget* parent)
    : QFrame(parent), m_purpose(std::move(purpose)), m_line(new QLineEdit(this)), m_note(new QLabel(this))
{
    setObjectName(u"inlineEdit"_s);
    setAutoFillBackground(true);
    setAttribute(Qt::WA_StyledBackground);
    const Colors& c = Theme::instance().colors();
    setStyleSheet(u"#inlineEdit { background: %1; border: 1px solid %2; border-radius: 8px; }"_s.arg(
        c.surface.name(), c.outline.name()));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(5, 5, 5, 5);
    layout->setSpacing(3);
    layout->addWidget(m_line);
    layout->addWidget(m_note);
    m_note->setWordWrap(true);
    m_note->hide();
    m_line->setAccessibleName(m_purpose.accessibleName);
    m_line->setPlaceholderText(m_purpose.placeholder);
    if (m_purpose.data)
        m_line->setFont(Theme::instance().dataFont());
    m_line->setText(m_purpose.text);
    m_line->selectAll();
    m_line->installEventFilter(this);
    setFocusProxy(m_line);
    if (m_purpose.completes)
        new ProgramCompleter(m_line);
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        say(m_purpose.remark ? m_purpose.remark(text) : QString(), false);
    });
    fit();
}

void InlineEdit::fit()
{
    const int text =
        QFontMetrics(m_line->font()).horizontalAdvance(m_line->text() + m_line->placeholderText());
    const int most = std::min(widthMost, parentWidget()->width() - 16);
    setFixedWidth(std::clamp(text + 60, std::min(widthLeast, most), most));
    adjustSize();
}

void InlineEdit::say(const QString& text, bool fault)
{
    const Colors& c = Theme::instance().colors();
    m_note->setText(text);
    m_note->setStyleSheet(u"color: %1"_s.arg((fault ? c.ink : c.inkMuted).name()));
    m_note->setVisible(!text.isEmpty());
    fit();
}

bool InlineEdit::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // While one types, letters and Del belong to the text, not to the window's shortcuts.
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            finish(true);
            return true;
        }
        if (key == Qt::Key_Escape) {
            finish(false);
            return true;
        }
    }
    if (event->type() == QEvent::FocusOut) {
        const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason != Qt::PopupFocusReason && reason != Qt::ActiveWindowFocusReason)
            finish(m_purpose.takeOnLeave);
    }
    return QFrame::eventFilter(watched, event);
}

void InlineEdit::finish(bool takeIt)
{
    if (m_finished)
        return;
    if (takeIt) {
        const QString fault = m_purpose.take(m_line->text());
        if (!fault.isEmpty() && m_line->hasFocus()) {
            say(fault, true);
            return;
        }
    }
    m_finished = true;
    Q_EMIT done();
    deleteLater();
}

} // namespace byteyard::gui
