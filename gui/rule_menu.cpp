#include "gui/rule_menu.h"

#include "gui/dialogs/rule_dialog.h"

#include <QCoreApplication>
#include <QMenu>

namespace byteyard::gui {

namespace {

struct RuleMenuText
{
    Q_DECLARE_TR_FUNCTIONS(RuleMenu)
};

void ask(RuleDialog::Kind kind, QWidget* window, model::Session& session, quint32 process)
{
    auto* dialog = new RuleDialog(kind, session, process, window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::accepted, &session,
                     [&session, dialog] { session.setRule(dialog->rule()); });
    dialog->open();
}

} // namespace

void addRuleActions(QMenu& menu, QWidget* window, model::Session& session, quint32 process, bool enabled)
{
    menu.addAction(RuleMenuText::tr("Break…"), window,
                   [window, &session, process] { ask(RuleDialog::Kind::Break, window, session, process); })
        ->setEnabled(enabled);
    menu.addAction(RuleMenuText::tr("Inject…"), window,
                   [window, &session, process] { ask(RuleDialog::Kind::Inject, window, session, process); })
        ->setEnabled(enabled);
}

void fillRulesMenu(QMenu& menu, model::Session& session)
{
    const QList<model::Rule> rules = session.rules();
    for (const model::Rule& rule : rules)
        menu.addAction(RuleMenuText::tr("Remove: %1 · %n time(s)", nullptr, static_cast<int>(rule.hits))
                           .arg(session.ruleText(rule)),
                       &session, [&session, number = rule.number] { session.removeRule(number); });
    if (rules.isEmpty())
        menu.addAction(RuleMenuText::tr("None Is Set"))->setEnabled(false);
}

} // namespace byteyard::gui
