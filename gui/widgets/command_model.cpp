#include "gui/widgets/command_model.h"

#include <QKeySequence>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr const char* whyNotProperty = "byteyardWhyNot";

/// What a word costs that does not begin one of the text's, and what one whose letters are only there.
constexpr int insideCost = 2;
constexpr int scatteredCost = 10;
/// A command is rather meant by its name than by its menus'.
constexpr int pathCost = 5;

QString plainText(const QAction& action)
{
    return action.text().section(u'\t', 0, 0).remove(u'&');
}

int wordDistance(const QString& word, const QString& text)
{
    int best = -1;
    for (qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        if (at == 0 || !text.at(at - 1).isLetterOrNumber())
            return 0;
        best = insideCost;
    }
    if (best >= 0)
        return best;
    qsizetype at = -1;
    qsizetype first = -1;
    for (const QChar letter : word) {
        at = text.indexOf(letter, at + 1, Qt::CaseInsensitive);
        if (at < 0)
            return -1;
        if (first < 0)
            first = at;
    }
    return scatteredCost + static_cast<int>(at - first + 1 - word.size());
}

} // namespace

void setWhyNot(QAction& action, const QString& why)
{
    action.setProperty(whyNotProperty, why);
}

QString whyNot(const QAction& action)
{
    return action.isEnabled() ? QString() : action.property(whyNotProperty).toString();
}

int commandDistance(const QString& typed, const QString& text)
{
    int sum = 0;
    for (const QString& word : typed.split(u' ', Qt::SkipEmptyParts)) {
        const int distance = wordDistance(word, text);
        if (distance < 0)
            return -1;
        sum += distance;
    }
    return sum;
}

void collectCommands(const QList<QAction*>& actions, QList<Command>& commands, const QString& path,
                     bool reachable)
{
    for (QAction* action : actions) {
        if (action->isSeparator() || !action->isVisible())
            continue;
        const QString name = plainText(*action);
        if (QMenu* menu = action->menu()) {
            Q_EMIT menu->aboutToShow();
            collectCommands(menu->actions(), commands, path.isEmpty() ? name : path + u" › "_s + name,
                            reachable && action->isEnabled());
            continue;
        }
        const bool known = std::any_of(commands.cbegin(), commands.cend(),
                                       [action](const Command& other) { return other.action == action; });
        if (!known)
            commands.append({action, name, path, reachable});
    }
}

void CommandModel::setCommands(const QList<Command>& commands)
{
    m_commands = commands;
    setTyped(m_typed);
}

void CommandModel::setTyped(const QString& typed)
{
    beginResetModel();
    m_typed = typed;
    QList<std::pair<int, qsizetype>> found;
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        const Command& command = m_commands.at(i);
        int distance = commandDistance(typed, command.name);
        if (distance < 0) {
            distance = commandDistance(typed, command.path + u' ' + command.name);
            if (distance < 0)
                continue;
            distance += pathCost;
        }
        found.append({distance, i});
    }
    std::sort(found.begin(), found.end());
    m_rows.clear();
    for (const auto& [distance, index] : found)
        m_rows.append(index);
    endResetModel();
}

QAction* CommandModel::action(int row) const
{
    return row >= 0 && row < m_rows.size() ? m_commands.at(m_rows.at(row)).action.data() : nullptr;
}

bool CommandModel::usable(int row) const
{
    return row >= 0 && row < m_rows.size() && m_commands.at(m_rows.at(row)).usable();
}

int CommandModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CommandModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(Column::Count_);
}

Qt::ItemFlags CommandModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    const Qt::ItemFlags all = QAbstractTableModel::flags(index) | Qt::ItemNeverHasChildren;
    return usable(index.row()) ? all : all & ~(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
}

QVariant CommandModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Command& command = m_commands.at(m_rows.at(index.row()));
    const QString why = command.action ? whyNot(*command.action) : QString();
    if (role == Qt::ToolTipRole)
        return why;
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(index.column())) {
    case Column::Name:
        return command.action && command.action->isChecked() ? tr("%1 (on)").arg(command.name) : command.name;
    case Column::Path:
        return why.isEmpty() ? command.path : tr("%1 · %2").arg(command.path, why);
    case Column::Key:
        return command.action ? command.action->shortcut().toString(QKeySequence::NativeText) : QString();
    case Column::Count_:
        break;
    }
    return {};
}

QVariant CommandModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case Column::Name:
        return tr("Command");
    case Column::Path:
        return tr("Menu");
    case Column::Key:
        return tr("Key");
    case Column::Count_:
        break;
    }
    return {};
}

} // namespace byteyard::gui
