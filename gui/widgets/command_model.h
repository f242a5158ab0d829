#pragma once

#include <QAbstractTableModel>
#include <QAction>
#include <QPointer>

namespace byteyard::gui {

/// Says why an action cannot be taken while it is disabled.
void setWhyNot(QAction& action, const QString& why);
QString whyNot(const QAction& action);

/// How far `text` is from what was typed: 0 when each typed word begins a word of it, more when it stands
/// inside one, or only its letters come in this order; -1 when it does not match.
int commandDistance(const QString& typed, const QString& text);

/// One action of the menus, and by which menus one comes to it.
struct Command
{
    QPointer<QAction> action;
    QString name;          ///< as in the menu, without marks for keys
    QString path;          ///< "View › Panels"
    bool reachable = true; ///< no menu on the way is disabled
    /// It can be taken now.
    bool usable() const { return reachable && action && action->isEnabled(); }
};

/// The actions of a menu and of the menus in it, each once. Menus that are filled when they are shown are
/// filled.
void collectCommands(const QList<QAction*>& actions, QList<Command>& commands, const QString& path = {},
                     bool reachable = true);

/// Commands by name, those that match what was typed, the best first. What cannot be done now is disabled
/// and says why.
class CommandModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum class Column { Name, Path, Key, Count_ };

    using QAbstractTableModel::QAbstractTableModel;
    void setCommands(const QList<Command>& commands);
    void setTyped(const QString& typed);
    /// The action of a row; null when it has gone meanwhile.
    QAction* action(int row) const;
    bool usable(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<Command> m_commands;
    QList<qsizetype> m_rows; ///< indices of commands
    QString m_typed;
};

} // namespace byteyard::gui
