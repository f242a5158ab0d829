#include "gui/panels/bytes_panel.h"

#include "gui/canvas/shape.h"
#include "gui/dialogs/store_dialog.h"
#include "gui/live_lookup.h"
#include "gui/panels/captured_bytes.h"
#include "gui/theme/theme.h"
#include "gui/widgets/hex_view.h"
#include "gui/widgets/labels.h"
#include "model/log/format.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct BytesPanelText
{
    Q_DECLARE_TR_FUNCTIONS(BytesPanel)
};

/// One look fetches this much; a larger pipe is fetched around what is on screen.
constexpr quint32 windowBytes = 65536;
constexpr int lookMs = 100;

/// Why contents cannot be shown: the engine's word (docs/protocol.md) as a sentence.
QString whyNot(const QByteArray& word)
{
    if (word == "no-reader")
        return BytesPanelText::tr(
            "not looked at: no reader is left, and one of ours would save a writer from its SIGPIPE");
    if (word == "not-accepted")
        return BytesPanelText::tr("what waits in it is not known until it is accepted");
    if (word == "one-sided")
        return BytesPanelText::tr(
            "not looked at: nobody has the other side open, and looking would let the one who waits go on");
    if (word == "no-holder")
        return BytesPanelText::tr("nobody has it open");
    if (word == "map")
        return BytesPanelText::tr(
            "a map does not look into it: that takes an end of it, which its users could "
            "notice; follow the calls of a process instead");
    if (word == "busy")
        return BytesPanelText::tr("not looked at for a second: somebody is about to leave it");
    if (word == "refused")
        return BytesPanelText::tr("the kernel refuses to let it be looked at");
    if (word == "gone")
        return BytesPanelText::tr("it is gone");
    return BytesPanelText::tr("it cannot be looked into");
}

bool isMemory(const model::LiveEndpoint& endpoint)
{
    model::Kind kind{};
    return model::kindFromId(endpoint.entry.kind, kind) && shapeOf(kind) == Shape::Memory;
}

} // namespace

BytesPanel::BytesPanel(model::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_source(new QComboBox(this)), m_way(new QComboBox(this)),
      m_status(new MutedLabel({}, this)), m_offset(new QLineEdit(this)), m_search(new QLineEdit(this)),
      m_searchForm(new QComboBox(this)), m_view(new HexView(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 8, 0);
    top->setSpacing(6);
    top->addWidget(m_source);
    top->addWidget(m_way);
    top->addWidget(m_status, 1);
    top->addWidget(m_offset);
    top->addWidget(m_searchForm);
    top->addWidget(m_search);
    auto* copy = new QToolButton(this);
    top->addWidget(copy);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    setFocusProxy(m_view);

    m_source->addItems({tr("In the endpoint now"), tr("Of the selected call")});
    m_source->setAccessibleName(tr("Which bytes"));
    m_way->setAccessibleName(tr("Which way"));
    m_way->setToolTip(tr("What goes one way does not meet what goes the other"));
    m_way->hide();
    m_offset->setPlaceholderText(tr("Go to offset"));
    m_offset->setAccessibleName(tr("Go to offset"));
    m_offset->setToolTip(tr("An offset, decimal or 0x…, then Enter"));
    m_offset->setMaximumWidth(110);
    m_searchForm->addItems({tr("Text"), tr("Hex")});
    m_searchForm->setAccessibleName(tr("What is searched"));
    m_search->setPlaceholderText(tr("Find…"));
    m_search->setAccessibleName(tr("Find bytes"));
    m_search->setToolTip(tr("Text, or hex such as “aa ?? 55”; Enter goes on to the next"));
    m_search->setMaximumWidth(180);
    m_view->setAccessibleName(tr("Bytes"));
    copy->setText(tr("Copy"));
    copy->setPopupMode(QToolButton::InstantPopup);
    copy->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(copy);
    const std::pair<QString, HexView::CopyAs> forms[] = {{tr("As Hex"), HexView::CopyAs::Hex},
                                                         {tr("As Text"), HexView::CopyAs::Text},
                                                         {tr("As C"), HexView::CopyAs::C},
                                                         {tr("As Base64"), HexView::CopyAs::Base64}};
    for (const auto& [text, form] : forms)
        menu->addAction(text, this,
                        [this, form = form] { QApplication::clipboard()->setText(m_view->copied(form)); });
    copy->setMenu(menu);

    connect(m_source, &QComboBox::currentIndexChanged, this, [this] {
        startAnew();
        source() == Source::Event ? showCall() : look();
    });
    connect(m_way, &QComboBox::activated, this, [this] {
        startAnew();
        look();
    });
    connect(m_view, &HexView::storeWanted, this, &BytesPanel::store);
    connect(m_offset, &QLineEdit::returnPressed, this, &BytesPanel::goTo);
    connect(m_search, &QLineEdit::returnPressed, this, &BytesPanel::find);
    connect(&session, &model::Session::contents, this,
            [this](quint32 request, quint32, quint64 offset, quint64 total, bool available,
                   const QByteArray& bytes) { answer(request, offset, total, available, bytes); });
    connect(&session, &model::Session::storeChanged, this, [this] {
        m_hasEvent = false;
        startAnew();
        showCall();
    });
    m_timer.setInterval(lookMs);
    connect(&m_timer, &QTimer::timeout, this, &BytesPanel::look);
    m_timer.start();
    look();
}

BytesPanel::Source BytesPanel::source() const
{
    return m_source->currentIndex() == 0 ? Source::Endpoint : Source::Event;
}

void BytesPanel::setSource(Source source)
{
    m_source->setCurrentIndex(source == Source::Endpoint ? 0 : 1);
}

QString BytesPanel::statusText() const
{
    return m_status->text();
}

void BytesPanel::say(const QString& text)
{
    if (m_status->text() == text)
        return;
    m_status->setText(text);
    m_status->setToolTip(text); // it is cut where there is no room
}

void BytesPanel::setEndpoint(const QString& key)
{
    if (key == m_endpoint)
        return;
    m_endpoint = key;
    m_request = 0;
    if (source() != Source::Endpoint)
        return;
    startAnew();
    look();
}

/// What is shown belongs to something else; an answer that is still to come, too.
void BytesPanel::startAnew()
{
    m_shown = 0;
    m_request = 0;
    m_view->setBytes({});
}

model::Way BytesPanel::way() const
{
    return m_way->isVisibleTo(this) && m_way->currentIndex() == 1 ? model::Way::BToA : model::Way::AToB;
}

void BytesPanel::offerWays(const model::LiveEndpoint* endpoint)
{
    const bool two = endpoint && source() == Source::Endpoint && model::isTwoWay(*endpoint);
    m_way->setVisible(two);
    if (!two)
        return;
    for (const model::Way each : {model::Way::AToB, model::Way::BToA}) {
        const int at = each == model::Way::AToB ? 0 : 1;
        const QString text = wayText(*endpoint, each);
        if (at >= m_way->count())
            m_way->addItem(text);
        else if (m_way->itemText(at) != text)
            m_way->setItemText(at, text);
    }
}

void BytesPanel::setEvent(quint64 position)
{
    m_hasEvent = true;
    m_event = position;
    if (source() == Source::Event)
        showCall();
    else
        setSource(Source::Event);
}

void BytesPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    look();
}

void BytesPanel::look()
{
    if (!isVisible())
        return;
    const model::LiveEndpoint* live = m_endpoint.isEmpty() ? nullptr : findEndpoint(m_session, m_endpoint);
    offerWays(live);
    m_view->setStorable(live && source() == Source::Endpoint && isMemory(*live) && m_session.isLive());
    if (source() != Source::Endpoint)
        return;
    if (!live) {
        say(m_endpoint.isEmpty() ? tr("Select an endpoint on the canvas to see what is in it.")
                                 : tr("It has no kernel object yet: press Run."));
        return;
    }
    // A file of the run can still be read when the run has ended; what was in a pipe went with it.
    const bool there = live->entry.kind == "file"_L1
                           ? m_session.isLive() || m_session.state() == model::Session::State::Ended
                           : m_session.isLive() && live->entry.state == "live"_L1;
    if (!there) {
        m_request = 0;
        say(m_shown == live->entry.number
                ? tr("%1 is gone; this is what was in it when it was last looked at.").arg(live->entry.name)
                : tr("%1 is gone: what was in it can no longer be looked at.").arg(live->entry.name));
        return;
    }
    // One question at a time: a slow engine is not buried in them.
    if (m_request != 0)
        return;
    const quint64 first = m_view->firstVisible();
    m_request = m_session.peek(live->entry.number, first - first % (windowBytes / 2), windowBytes, way());
}

void BytesPanel::answer(quint32 request, quint64 offset, quint64 total, bool available,
                        const QByteArray& bytes)
{
    if (request != m_request || source() != Source::Endpoint)
        return;
    m_request = 0;
    const model::LiveEndpoint* live = findEndpoint(m_session, m_endpoint);
    if (!live)
        return;
    if (!available)
        return showCaptured(*live, bytes);
    if (m_shown != live->entry.number) {
        m_shown = live->entry.number;
        m_view->setBytes(bytes);
    }
    m_view->updateBytes(offset, bytes, total);
    const QString name =
        model::isTwoWay(*live) ? live->entry.name + u", "_s + wayText(*live, way()) : live->entry.name;
    const bool isFromCalls = live->entry.kind == "posix-queue"_L1; // its capacity is a number of messages
    const QString amount =
        live->capacity > 0 && !isFromCalls
            ? tr("%1 of %2").arg(model::formatBytes(total), model::formatBytes(live->capacity))
            : model::formatBytes(total);
    const QString how =
        isFromCalls ? tr("its messages from the captured calls") : tr("peeked, sampled 10 times a second");
    say(total == 0 ? tr("%1 is empty · %2").arg(name, how) : u"%1 · %2 · %3"_s.arg(name, amount, how));
}

/// Why it cannot be looked into; instead, where there are some, the bytes of the calls that were captured.
void BytesPanel::showCaptured(const model::LiveEndpoint& endpoint, const QByteArray& word)
{
    const bool isTerminal = endpoint.entry.kind == "pty"_L1;
    const bool isCounter =
        endpoint.entry.kind == "eventfd"_L1 || endpoint.entry.kind.endsWith("semaphore"_L1);
    if (isCounter && word == "unsupported")
        return say(tr("%1 · it holds no bytes: its value stands on its card").arg(endpoint.entry.name));
    model::Kind kind{};
    if (word == "unsupported" && endpoint.entry.parent == 0 && model::kindFromId(endpoint.entry.kind, kind) &&
        isListener(kind))
        return say(tr("%1 · a listener holds connections, no bytes: select one").arg(endpoint.entry.name));
    const QString why = isTerminal ? tr("a terminal lets nobody look without taking") : whyNot(word);
    if (!isTerminal && word != "not-accepted")
        return say(u"%1 · %2"_s.arg(endpoint.entry.name, why));
    const CapturedBytes captured = capturedBytes(m_session, endpoint, way(), windowBytes);
    if (m_shown != endpoint.entry.number || captured.bytes != m_view->bytes()) {
        m_shown = endpoint.entry.number;
        m_view->setBytes(captured.bytes);
    }
    const auto kept = static_cast<quint64>(captured.bytes.size());
    const QString what =
        captured.calls == 0 ? tr("no call has written into it yet")
        : kept < captured.moved
            ? tr("shown: what is kept of what calls wrote into it, %1 of %2 bytes")
                  .arg(model::formatCount(kept), model::formatCount(captured.moved))
            : tr("shown: all that calls wrote into it, %1 bytes").arg(model::formatCount(kept));
    say(u"%1 · %2 · %3"_s.arg(endpoint.entry.name, why, what));
}

void BytesPanel::showCall()
{
    if (source() != Source::Event)
        return;
    if (!m_hasEvent) {
        say(tr("Select a row of the session log to see what it moved."));
        return;
    }
    const model::EventStore::Row row = m_session.store().at(m_event);
    if (!row) {
        m_view->setBytes({});
        say(tr("This call has been removed: the log keeps a bounded number."));
        return;
    }
    m_view->setBytes(QByteArray(reinterpret_cast<const char*>(row->data.data()),
                                static_cast<qsizetype>(row->data.size())));
    const QString call = model::formatCall(*row);
    const QString moved = row->result > 0 ? model::formatCount(static_cast<quint64>(row->result)) : u"0"_s;
    switch (row->dataState) {
    case ipc::DataState::None:
        return say(tr("%1 · moved no bytes").arg(call));
    case ipc::DataState::Complete:
        return say(tr("%1 · all %2 bytes").arg(call, moved));
    case ipc::DataState::Truncated:
        return say(tr("%1 · truncated: the first %2 of %3 bytes were kept")
                       .arg(call, model::formatCount(row->data.size()), moved));
    case ipc::DataState::Unreadable:
        return say(tr("%1 · %2 bytes moved, unreadable").arg(call, moved));
    }
}

void BytesPanel::store(quint64 offset, const QString& digits)
{
    if (const model::LiveEndpoint* memory = findEndpoint(m_session, m_endpoint))
        StoreDialog::ask(m_session, *memory, offset, digits, this);
}

void BytesPanel::goTo()
{
    bool ok = false;
    const quint64 offset = m_offset->text().trimmed().toULongLong(&ok, 0);
    if (!ok)
        return say(tr("“%1” is not an offset: write 4096 or 0x1000.").arg(m_offset->text()));
    m_view->goTo(offset);
    m_view->setFocus();
}

void BytesPanel::find()
{
    if (m_view->find(m_search->text(), m_searchForm->currentIndex() == 1))
        return;
    say(m_searchForm->currentIndex() == 1 ? tr("Not found, or not hex such as “aa ?? 55”.")
                                          : tr("Not found."));
}

void BytesPanel::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

} // namespace byteyard::gui
