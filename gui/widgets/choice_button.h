#pragma once

#include <QList>
#include <QSet>
#include <QToolButton>

namespace byteyard::gui {

/// A button whose menu ticks any number of choices; none ticked means all.
class ChoiceButton : public QToolButton
{
    Q_OBJECT

public:
    struct Choice
    {
        QString key;
        QString text;
    };

    /// `all` is the button's text when nothing is ticked: "All processes"; `several` with %1: "%1 processes".
    ChoiceButton(const QString& all, const QString& several, QWidget* parent = nullptr);
    void setChoices(const QList<Choice>& choices);
    void setChosen(const QSet<QString>& keys);
    const QSet<QString>& chosen() const { return m_chosen; }

Q_SIGNALS:
    void chosenChanged();

private:
    void fillMenu();
    void retext();

    QString m_all;
    QString m_several;
    QList<Choice> m_choices;
    QSet<QString> m_chosen;
};

} // namespace byteyard::gui
