#include "gui/panels/properties_page.h"

#include "gui/live_lookup.h"
#include "gui/panels/property_editor.h"
#include "gui/widgets/labels.h"

#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

QJsonValue edgeValue(const Edge& edge, const PropertySpec& spec)
{
    return edge.properties.contains(spec.key) ? edge.properties.value(spec.key) : spec.defaultValue;
}

} // namespace

PropertiesPage::PropertiesPage(Document& document, Session& session, QWidget* parent)
    : QScrollArea(parent), m_document(document), m_session(session)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(&document, &Document::nodeChanged, this, [this](const QString& id) {
        if (id == m_node)
            refresh();
    });
    connect(&document, &Document::edgeChanged, this, [this](const QString& id) {
        if (id == m_edge)
            refresh();
    });
    connect(&document, &Document::groupChanged, this, [this](const QString& id) {
        if (id == m_group)
            refresh();
    });
    connect(&document, &Document::infoChanged, this, &PropertiesPage::refresh);
    connect(&session, &Session::stateChanged, this, &PropertiesPage::refresh);
    rebuild();
}

void PropertiesPage::setSubject(const QString& node, const QString& edge, const QString& group)
{
    if (node == m_node && edge == m_edge && group == m_group && m_body)
        return;
    m_node = node;
    m_edge = edge;
    m_group = group;
    rebuild();
}

void PropertiesPage::rebuild()
{
    m_editors.clear();
    m_labels.clear();
    m_body = new QWidget;
    m_layout = new QVBoxLayout(m_body);
    m_layout->setContentsMargins(14, 12, 14, 14);
    m_layout->setSpacing(4);
    auto* note = new MutedLabel(tr("It runs: changes take effect at the next run."), m_body);
    note->setWordWrap(true);
    m_nextRun = note;
    m_layout->addWidget(note);
    if (const Node* node = m_document.topology().node(m_node))
        buildNode(*node);
    else if (const Edge* edge = m_document.topology().edge(m_edge))
        buildEdge(*edge);
    else if (const Group* group = m_document.topology().group(m_group))
        buildGroup(*group);
    else if (m_node.isEmpty() && m_edge.isEmpty())
        buildDocument();
    else
        m_layout->addWidget(new MutedLabel(tr("A program made this; it has no properties to set."), m_body));
    m_layout->addStretch(1);
    // The old form goes with what was being typed in it: its editors commit when they lose the focus.
    setWidget(m_body);
    refresh();
}

PropertyEditor* PropertiesPage::add(const PropertySpec& spec, const QJsonValue& value,
                                    const std::function<QString(const QJsonValue&)>& commit)
{
    if (spec.type != PropertySpec::Type::Flag) {
        auto* label = new MutedLabel(spec.label, m_body);
        label->setToolTip(spec.help);
        label->setContentsMargins(0, 6, 0, 0);
        m_layout->addWidget(label);
        m_labels.insert(spec.key, label);
    }
    PropertyEditor* editor = PropertyEditor::create(spec, m_document, m_body);
    editor->setValue(value);
    auto* fault = new MutedLabel({}, m_body);
    fault->setWordWrap(true);
    fault->hide();
    connect(editor, &PropertyEditor::changed, this, [this, commit, fault](const QJsonValue& wanted) {
        // Why it cannot be stands below the field; what is shown goes back to what holds.
        const QString why = commit(wanted);
        fault->setText(why);
        fault->setVisible(!why.isEmpty());
        if (!why.isEmpty())
            refresh();
    });
    m_layout->addWidget(editor);
    m_layout->addWidget(fault);
    m_editors.insert(spec.key, editor);
    return editor;
}

void PropertiesPage::buildNode(const Node& node)
{
    const QString id = node.id;
    PropertySpec name{u"name"_s,
                      PropertySpec::Type::Text,
                      {},
                      tr("Name"),
                      tr("What it is called on the canvas and in the log"),
                      {},
                      0,
                      0,
                      {}};
    add(name, node.name,
        [this, id](const QJsonValue& value) { return m_document.renameNode(id, value.toString()); });
    for (const PropertySpec& spec : kindInfo(node.kind).properties) {
        add(spec, node.property(spec.key), [this, id, key = spec.key](const QJsonValue& value) {
            return m_document.setProperty(id, key, value);
        });
        addLimit(node.kind, spec.key);
    }
}

/// What the machine allows stands where one asks for it.
void PropertiesPage::addLimit(Kind kind, const QString& key)
{
    struct Limited
    {
        Kind kind;
        QString key;
        QString limit;
    };
    static const QList<Limited> known{
        {Kind::Pipe, u"capacity"_s, u"pipe-max-size"_s},
        {Kind::Pipe, u"capacity"_s, u"pipe-user-pages-soft"_s},
        {Kind::SysvQueue, u"key"_s, u"msgmni"_s},
        {Kind::SysvShm, u"key"_s, u"shmmni"_s},
        {Kind::SysvShm, u"size"_s, u"shmall"_s},
        {Kind::PosixQueue, u"path"_s, u"mqueue/queues_max"_s},
        {Kind::SysvQueue, u"qbytes"_s, u"msgmnb"_s},
        {Kind::PosixQueue, u"maxmsg"_s, u"mqueue/msg_max"_s},
        {Kind::PosixQueue, u"msgsize"_s, u"mqueue/msgsize_max"_s},
        {Kind::SysvShm, u"size"_s, u"shmmax"_s},
        {Kind::SysvSemaphore, u"values"_s, u"sem"_s},
        {Kind::UnixStream, u"backlog"_s, u"somaxconn"_s},
        {Kind::UnixSeqpacket, u"backlog"_s, u"somaxconn"_s},
        {Kind::Tcp, u"backlog"_s, u"somaxconn"_s},
        {Kind::Tcp, u"port"_s, u"ip_unprivileged_port_start"_s},
        {Kind::Udp, u"port"_s, u"ip_unprivileged_port_start"_s},
        {Kind::UnixDatagram, u"path"_s, u"max_dgram_qlen"_s},
    };
    const auto show = [this](const QString& name) {
        if (const QString limit = limitText(m_session, name); !limit.isEmpty())
            m_layout->addWidget(new MutedLabel(tr("This machine's %1: %2").arg(name, limit), m_body));
    };
    for (const Limited& one : known)
        if (one.kind == kind && one.key == key)
            show(one.limit);
    if (key == u"sndbuf"_s)
        show(u"wmem_max"_s);
    else if (key == u"rcvbuf"_s)
        show(u"rmem_max"_s);
}

void PropertiesPage::buildEdge(const Edge& edge)
{
    const QString id = edge.id;
    PropertySpec port{
        u"fd"_s,
        PropertySpec::Type::Text,
        {},
        tr("Descriptor or handle"),
        tr("The process's fd number (0 reads, 1 prints, 2 complains), or the name by which it opens "
           "the endpoint itself"),
        {},
        0,
        0,
        {}};
    add(port, edge.processPort, [this, id](const QJsonValue& value) {
        return m_document.setEdgeProcessPort(id, value.toString().trimmed());
    });
    const Node* endpoint = m_document.topology().node(edge.endpoint);
    if (!endpoint)
        return;
    for (const PropertySpec& spec : edgeProperties(endpoint->kind, edge.endpointPort))
        add(spec, edgeValue(edge, spec), [this, id, key = spec.key](const QJsonValue& value) {
            return m_document.setEdgeProperty(id, key, value);
        });
}

void PropertiesPage::buildGroup(const Group& group)
{
    const QString id = group.id;
    const PropertySpec name{
        u"name"_s, PropertySpec::Type::Text, {}, tr("Name"), tr("What the group is called"), {}, 0, 0, {}};
    add(name, group.name,
        [this, id](const QJsonValue& value) { return m_document.renameGroup(id, value.toString()); });
    const PropertySpec collapsed{u"collapsed"_s,
                                 PropertySpec::Type::Flag,
                                 false,
                                 tr("Collapsed"),
                                 tr("Its parts are drawn as one card"),
                                 {},
                                 0,
                                 0,
                                 {}};
    add(collapsed, group.collapsed, [this, id](const QJsonValue& value) {
        Q_EMIT collapseWanted(id, value.toBool());
        return QString();
    });
}

void PropertiesPage::buildDocument()
{
    PropertySpec title{
        u"title"_s, PropertySpec::Type::Text, {}, tr("Title"), tr("What this topology is called"), {}, 0, 0,
        {}};
    add(title, m_document.topology().title, [this](const QJsonValue& value) {
        m_document.setTitle(value.toString());
        return QString();
    });
    PropertySpec pace{
        u"pace"_s,
        PropertySpec::Type::Integer,
        0,
        tr("Pace"),
        tr("Data calls a second of each process, so that an eye can follow; “as usual” is full speed"),
        {},
        0,
        1000,
        tr("calls/s")};
    add(pace, m_document.topology().pace, [this](const QJsonValue& value) {
        m_document.setPace(value.toInt());
        return QString();
    });
}

void PropertiesPage::refresh()
{
    m_nextRun->setVisible(m_session.isLive() && (!m_node.isEmpty() || !m_edge.isEmpty()));
    const auto show = [this](const QString& key, const QJsonValue& value) {
        if (PropertyEditor* editor = m_editors.value(key))
            editor->setValue(value);
    };
    if (const Node* node = m_document.topology().node(m_node)) {
        // A ready-made actor has no script of its own to write.
        if (node->kind == Kind::Actor)
            for (QWidget* widget :
                 {m_labels.value(u"script"_s), static_cast<QWidget*>(m_editors.value(u"script"_s))})
                if (widget != nullptr)
                    widget->setVisible(node->property(u"role"_s) == u"script"_s);
        show(u"name"_s, node->name);
        for (const PropertySpec& spec : kindInfo(node->kind).properties)
            show(spec.key, node->property(spec.key));
    } else if (const Edge* edge = m_document.topology().edge(m_edge)) {
        show(u"fd"_s, edge->processPort);
        if (const Node* endpoint = m_document.topology().node(edge->endpoint))
            for (const PropertySpec& spec : edgeProperties(endpoint->kind, edge->endpointPort))
                show(spec.key, edgeValue(*edge, spec));
    } else if (const Group* group = m_document.topology().group(m_group)) {
        show(u"name"_s, group->name);
        show(u"collapsed"_s, group->collapsed);
    } else {
        show(u"title"_s, m_document.topology().title);
        show(u"pace"_s, m_document.topology().pace);
    }
}

} // namespace byteyard::gui
