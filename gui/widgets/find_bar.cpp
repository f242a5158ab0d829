#include "gui/widgets/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

namespace byteyard::gui {

FindBar::FindBar(QWidget* parent) : QWidget(parent), m_text(new QLineEdit(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->addWidget(m_text, 1);
    m_text->setPlaceholderText(tr("Find on the canvas: a name, a command, a kind"));
    m_text->setAccessibleName(tr("Find on the canvas"));
    const auto button = [&](const QString& text, const QString& tip, auto signal) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(tip);
        made->setFocusPolicy(Qt::StrongFocus);
        connect(made, &QToolButton::clicked, this, signal);
        layout->addWidget(made);
    };
    button(tr("Previous"), tr("The match before (Shift+F3)"), &FindBar::previousWanted);
    button(tr("Next"), tr("The next match (F3)"), &FindBar::nextWanted);
    button(tr("Done"), tr("End the search (Esc)"), &FindBar::ended);
    connect(m_text, &QLineEdit::textChanged, this, &FindBar::textChanged);
    connect(m_text, &QLineEdit::returnPressed, this, &FindBar::nextWanted);
    hide();
}

void FindBar::open()
{
    show();
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
    Q_EMIT textChanged(m_text->text());
}

void FindBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        Q_EMIT ended();
    else
        QWidget::keyPressEvent(event);
}

} // namespace byteyard::gui
