#include "gui/widgets/command_list.h"

#include "gui/widgets/data_table.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace byteyard::gui {

namespace {

constexpr int commandListWidth = 760;
constexpr int commandListHeight = 460;
constexpr int commandRowsAPage = 10;

} // namespace

CommandList::CommandList(const QList<Command>& commands, QWidget* window)
    : QFrame(window), m_model(new CommandModel(this)), m_text(new QLineEdit(this)),
      m_view(new DataTable(this))
{
    setObjectName(QStringLiteral("commandList"));
    setAttribute(Qt::WA_DeleteOnClose);
    setAutoFillBackground(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_text);
    layout->addWidget(m_view, 1);

    m_text->setPlaceholderText(tr("Type what to do: fit, pause, theme…"));
    m_text->setAccessibleName(tr("Every command by name"));
    m_view->setAccessibleName(tr("Commands"));
    m_view->setFocusPolicy(Qt::NoFocus);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setModel(m_model);
    m_view->horizontalHeader()->hide();
    m_model->setCommands(commands);
    m_view->resizeColumnsToContents();
    m_view->horizontalHeader()->setSectionResizeMode(static_cast<int>(CommandModel::Column::Path),
                                                     QHeaderView::Stretch);
    showRow(0);

    connect(m_text, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setTyped(text);
        showRow(0);
    });
    connect(m_view, &QAbstractItemView::clicked, this, &CommandList::take);
    connect(qApp, &QApplication::focusChanged, this, [this](const QWidget*, const QWidget* now) {
        if (now != nullptr && now != this && !isAncestorOf(now))
            close();
    });
    m_text->installEventFilter(this);
    window->installEventFilter(this);
}

void CommandList::open()
{
    m_before = QApplication::focusWidget();
    place();
    show();
    raise();
    m_text->setFocus(Qt::ShortcutFocusReason);
}

void CommandList::place()
{
    const QRect room = parentWidget()->rect().adjusted(8, 8, -8, -8);
    const QSize size = QSize(commandListWidth, commandListHeight).boundedTo(room.size());
    setGeometry(room.center().x() - size.width() / 2, room.top() + room.height() / 12, size.width(),
                std::min(size.height(), room.height() - room.height() / 12));
}

bool CommandList::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize)
        place();
    if (watched == m_text && event->type() == QEvent::KeyPress && pressKey(static_cast<QKeyEvent*>(event)))
        return true;
    return QFrame::eventFilter(watched, event);
}

bool CommandList::pressKey(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Up:
        walk(-1);
        return true;
    case Qt::Key_Down:
        walk(1);
        return true;
    case Qt::Key_PageUp:
        walk(-commandRowsAPage);
        return true;
    case Qt::Key_PageDown:
        walk(commandRowsAPage);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        take();
        return true;
    case Qt::Key_Escape:
        end();
        return true;
    case Qt::Key_Tab:
    case Qt::Key_Backtab:
        // There is nowhere else to go in the list.
        return true;
    default:
        return false;
    }
}

/// On to the next row that can be taken, and no further than the last.
void CommandList::walk(int step)
{
    const int direction = step > 0 ? 1 : -1;
    int reached = m_view->currentIndex().row();
    int left = std::abs(step);
    for (int row = reached + direction; row >= 0 && row < m_model->rowCount() && left > 0; row += direction)
        if (m_model->usable(row)) {
            reached = row;
            --left;
        }
    showRow(reached);
}

/// Chooses this row, or the first after it that can be taken.
void CommandList::showRow(int row)
{
    while (row >= 0 && row < m_model->rowCount() && !m_model->usable(row))
        ++row;
    m_view->setCurrentIndex(m_model->index(row, 0));
    // The line keeps the keyboard: what is chosen is told as its description.
    QStringList told;
    for (int column = 0; m_view->currentIndex().isValid() && column < m_model->columnCount(); ++column)
        told << m_view->currentIndex().siblingAtColumn(column).data().toString();
    told.removeAll(QString());
    m_text->setAccessibleDescription(told.join(QStringLiteral(", ")));
}

void CommandList::take()
{
    const int row = m_view->currentIndex().row();
    const QPointer<QAction> action = m_model->action(row);
    if (!m_model->usable(row))
        return;
    // A command may ask who has the keyboard.
    end();
    if (action)
        action->trigger();
}

void CommandList::end()
{
    if (m_before)
        m_before->setFocus(Qt::OtherFocusReason);
    close();
}

} // namespace byteyard::gui
