#include "gui/widgets/choice_button.h"

#include <QMenu>

namespace byteyard::gui {

ChoiceButton::ChoiceButton(const QString& all, const QString& several, QWidget* parent)
    : QToolButton(parent), m_all(all), m_several(several)
{
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setFocusPolicy(Qt::StrongFocus);
    setMenu(new QMenu(this));
    // Made when it is looked at: the choices come and go while programs fork.
    connect(menu(), &QMenu::aboutToShow, this, &ChoiceButton::fillMenu);
    retext();
}

void ChoiceButton::setChoices(const QList<Choice>& choices)
{
    m_choices = choices;
    retext();
}

void ChoiceButton::setChosen(const QSet<QString>& keys)
{
    if (keys == m_chosen)
        return;
    m_chosen = keys;
    retext();
    Q_EMIT chosenChanged();
}

void ChoiceButton::fillMenu()
{
    menu()->clear();
    QAction* all = menu()->addAction(m_all, this, [this] { setChosen({}); });
    all->setCheckable(true);
    all->setChecked(m_chosen.isEmpty());
    menu()->addSeparator();
    for (const Choice& choice : m_choices) {
        QAction* action = menu()->addAction(choice.text);
        action->setCheckable(true);
        action->setChecked(m_chosen.contains(choice.key));
        connect(action, &QAction::toggled, this, [this, key = choice.key](bool on) {
            QSet<QString> keys = m_chosen;
            on ? static_cast<void>(keys.insert(key)) : static_cast<void>(keys.remove(key));
            setChosen(keys);
        });
    }
}

void ChoiceButton::retext()
{
    QString text = m_all;
    if (m_chosen.size() > 1) {
        text = m_several.arg(m_chosen.size());
    } else if (m_chosen.size() == 1) {
        text = *m_chosen.cbegin();
        for (const Choice& choice : m_choices)
            if (choice.key == text)
                text = choice.text;
    }
    setText(text);
    setAccessibleName(text);
}

} // namespace byteyard::gui
