#include "gui/endpoint_menu.h"

#include "gui/canvas/shape.h"
#include "gui/dialogs/message_dialog.h"
#include "gui/dialogs/store_dialog.h"
#include "gui/dialogs/write_dialog.h"
#include "gui/endpoint_limits.h"
#include "gui/live_lookup.h"
#include "model/log/format.h"

#include <QCoreApplication>
#include <QInputDialog>
#include <QJsonArray>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct EndpointMenuText
{
    Q_DECLARE_TR_FUNCTIONS(EndpointMenu)
};

void addCapacity(QMenu& menu, Session& session, const LiveEndpoint& endpoint)
{
    QMenu* capacity = menu.addMenu(EndpointMenuText::tr("Capacity"));
    for (const int bytes : {4096, 16384, 65536, 262144, 1048576}) {
        QAction* choice = capacity->addAction(
            formatBytes(static_cast<quint64>(bytes)), &session,
            [&session, number = endpoint.entry.number, bytes] { session.setCapacity(number, bytes); });
        choice->setCheckable(true);
        choice->setChecked(endpoint.capacity == static_cast<quint64>(bytes));
    }
}

void addMessage(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    menu.addAction(
        EndpointMenuText::tr("Send a Message…"), window,
        [window, &session, number = endpoint.entry.number, posix = endpoint.entry.kind == "posix-queue"_L1] {
            auto* dialog = new MessageDialog(posix, window);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            QObject::connect(dialog, &QDialog::accepted, &session, [&session, number, dialog] {
                session.sendInto(number, dialog->bytes(), dialog->typeOrPriority());
            });
            dialog->open();
        });
}

void askBytes(QWidget* window, Session& session, quint32 number, Way way)
{
    if (const LiveEndpoint* endpoint = session.endpoint(number))
        WriteDialog::ask(session, *endpoint, way, window);
}

void addBytes(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    const quint32 number = endpoint.entry.number;
    if (!isTwoWay(endpoint)) {
        menu.addAction(EndpointMenuText::tr("Write Bytes Into It…"), window,
                       [window, &session, number] { askBytes(window, session, number, Way::AToB); });
        return;
    }
    QMenu* write = menu.addMenu(EndpointMenuText::tr("Write Bytes Into It"));
    for (const Way way : {Way::AToB, Way::BToA})
        write->addAction(EndpointMenuText::tr("From %1…").arg(wayText(endpoint, way)), window,
                         [window, &session, number, way] { askBytes(window, session, number, way); });
}

void addStore(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    menu.addAction(EndpointMenuText::tr("Store Bytes…"), window,
                   [window, &session, number = endpoint.entry.number] {
                       if (const LiveEndpoint* memory = session.endpoint(number))
                           StoreDialog::ask(session, *memory, 0, {}, window);
                   });
}

void askValue(QWidget* window, Session& session, quint32 number, int index, int now)
{
    bool ok = false;
    constexpr int most = 32767; // SEMVMX
    const int value = QInputDialog::getInt(window, EndpointMenuText::tr("Value of the semaphore"),
                                           EndpointMenuText::tr("Its new value; who waits for it goes on:"),
                                           now, 0, most, 1, &ok);
    if (ok)
        session.setValue(number, index, value);
}

void addValues(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    const quint32 number = endpoint.entry.number;
    const QJsonArray values = endpoint.entry.facts.value("values"_L1).toArray();
    if (values.size() < 2) {
        const int now =
            values.isEmpty() ? endpoint.entry.facts.value("value"_L1).toInt() : values.at(0).toInt();
        menu.addAction(EndpointMenuText::tr("Set Its Value…"), window,
                       [window, &session, number, now] { askValue(window, session, number, 0, now); });
        return;
    }
    constexpr qsizetype most = 32;
    QMenu* each = menu.addMenu(EndpointMenuText::tr("Set a Value"));
    for (qsizetype i = 0; i < std::min(values.size(), most); ++i)
        each->addAction(EndpointMenuText::tr("Semaphore %1 (now %2)…").arg(i).arg(values.at(i).toInt()),
                        window,
                        [window, &session, number, index = static_cast<int>(i), now = values.at(i).toInt()] {
                            askValue(window, session, number, index, now);
                        });
}

void addCounter(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    QMenu* add = menu.addMenu(EndpointMenuText::tr("Add to the Counter"));
    for (const int step : {1, 10, 100})
        add->addAction(u"+%1"_s.arg(step), window, [&session, number = endpoint.entry.number, step] {
            session.setValue(number, 0, step);
        });
}

/// What taking it away does to those who use it: they find out in different ways.
QString removalText(Kind kind)
{
    switch (shapeOf(kind)) {
    case Shape::Queue:
        return kind == Kind::SysvQueue
                   ? EndpointMenuText::tr("At once: who waits in it fails with EIDRM, its messages are gone.")
                   : EndpointMenuText::tr("Its name goes; who has it open goes on with it.");
    case Shape::Memory:
        return kind == Kind::SysvShm
                   ? EndpointMenuText::tr("Marked for removal: it goes when the last process detaches.")
                   : EndpointMenuText::tr("Its name goes; who has it mapped goes on with it.");
    case Shape::Semaphore:
        return kind == Kind::SysvSemaphore
                   ? EndpointMenuText::tr("At once: who waits on it fails with EIDRM.")
                   : EndpointMenuText::tr("Its name goes; who has it open goes on with it.");
    default:
        return EndpointMenuText::tr(
            "Its name goes: nobody finds it any more; who has it open goes on with it.");
    }
}

void addRemoval(QMenu& menu, Session& session, const LiveEndpoint& endpoint, Kind kind)
{
    QMenu* remove = menu.addMenu(EndpointMenuText::tr("Remove It"));
    remove->addAction(removalText(kind))->setEnabled(false);
    remove->addAction(EndpointMenuText::tr("Remove Now"), &session,
                      [&session, number = endpoint.entry.number] { session.removeObject(number); });
}

bool takesBytes(Kind kind, bool connection)
{
    return shapeOf(kind) == Shape::Capsule ? connection || !isListener(kind) : kind == Kind::File;
}

} // namespace

void fillEndpointMenu(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint)
{
    Kind kind{};
    if (!session.isLive() || endpoint.entry.state != "live"_L1 || !kindFromId(endpoint.entry.kind, kind))
        return;
    if (kind == Kind::Pipe || kind == Kind::Fifo)
        addCapacity(menu, session, endpoint);
    addLimits(menu, window, session, endpoint, kind);
    if (shapeOf(kind) == Shape::Queue)
        addMessage(menu, window, session, endpoint);
    if (takesBytes(kind, endpoint.entry.parent != 0))
        addBytes(menu, window, session, endpoint);
    if (shapeOf(kind) == Shape::Memory)
        addStore(menu, window, session, endpoint);
    if (shapeOf(kind) == Shape::Semaphore)
        addValues(menu, window, session, endpoint);
    if (kind == Kind::Eventfd)
        addCounter(menu, window, session, endpoint);
    const bool internet = kind == Kind::Tcp || kind == Kind::Udp || kind == Kind::Raw;
    const bool isPlace = endpoint.entry.kind == "posix-semaphore"_L1 && endpoint.entry.path.isEmpty();
    if (!isAnonymous(kind) && !isPlace && !internet && endpoint.entry.parent == 0)
        addRemoval(menu, session, endpoint, kind);
}

} // namespace byteyard::gui
