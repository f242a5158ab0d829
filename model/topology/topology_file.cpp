#include "model/topology/topology_file.h"

#include "model/topology/json_places.h"
#include "model/topology/topology_reader.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QStringDecoder>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct TopologyFileText
{
    Q_DECLARE_TR_FUNCTIONS(TopologyFile)
};

/// A string or a number as JSON.
QByteArray scalar(const QJsonValue& value)
{
    const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2);
}

QByteArray oneLine(const QJsonValue& value)
{
    QByteArrayList parts;
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (const auto& item : array)
            parts.append(oneLine(item));
        return '[' + parts.join(", ") + ']';
    }
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            parts.append(scalar(it.key()) + ": " + oneLine(it.value()));
        return '{' + parts.join(", ") + '}';
    }
    return scalar(value);
}

/// A member of the document: what a list holds stands one to a line, so that a change of one is one line of a
/// diff.
QByteArray documentMember(const QJsonValue& value)
{
    QByteArrayList lines;
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (const auto& item : array)
            lines.append("\n    " + oneLine(item));
        return lines.isEmpty() ? QByteArrayLiteral("[]") : '[' + lines.join(',') + "\n  ]";
    }
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            lines.append("\n    " + scalar(it.key()) + ": " + oneLine(it.value()));
        return lines.isEmpty() ? QByteArrayLiteral("{}") : '{' + lines.join(',') + "\n  }";
    }
    return scalar(value);
}

Fault fault(const QString& what, const QString& remedy)
{
    Fault made;
    made.what = what;
    made.remedy = remedy;
    return made;
}

ReadResult refused(const QByteArray& text, qsizetype offset, const QString& what, const QString& remedy)
{
    Fault fault;
    fault.what = what;
    fault.remedy = remedy;
    fault.line = JsonPlaces::lineAt(text, offset);
    ReadResult result;
    result.faults.append(fault);
    return result;
}

/// The offset of the first line that is not UTF-8; -1 when all are.
qsizetype firstLineNotUtf8(const QByteArray& text)
{
    for (qsizetype begin = 0; begin < text.size();) {
        const qsizetype newline = text.indexOf('\n', begin);
        const qsizetype end = newline < 0 ? text.size() : newline + 1;
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString line = decoder(QByteArrayView(text).sliced(begin, end - begin));
        if (decoder.hasError())
            return begin;
        begin = end;
    }
    return -1;
}

} // namespace

QJsonObject topologyToJson(const Topology& topology)
{
    QJsonArray nodes;
    for (const Node& node : topology.nodes)
        nodes.append(QJsonObject{{u"id"_s, node.id},
                                 {u"kind"_s, kindId(node.kind)},
                                 {u"name"_s, node.name},
                                 {u"position"_s, QJsonArray{node.position.x(), node.position.y()}},
                                 {u"properties"_s, node.properties}});
    QJsonArray edges;
    for (const Edge& edge : topology.edges)
        edges.append(QJsonObject{
            {u"id"_s, edge.id},
            {u"process"_s, QJsonObject{{u"node"_s, edge.process}, {u"port"_s, edge.processPort}}},
            {u"endpoint"_s, QJsonObject{{u"node"_s, edge.endpoint}, {u"port"_s, edge.endpointPort}}},
            {u"properties"_s, edge.properties}});
    QJsonObject document{{u"format"_s, topologyFormat},
                         {u"title"_s, topology.title},
                         {u"pace"_s, topology.pace},
                         {u"nodes"_s, nodes},
                         {u"edges"_s, edges}};
    QJsonArray groups;
    for (const Group& group : topology.groups) {
        QJsonObject object{{u"id"_s, group.id},
                           {u"members"_s, QJsonArray::fromStringList(group.members)},
                           {u"name"_s, group.name}};
        if (group.collapsed)
            object.insert(u"collapsed"_s, true);
        groups.append(object);
    }
    if (!groups.isEmpty())
        document.insert(u"groups"_s, groups);
    if (!topology.lesson.isEmpty())
        document.insert(u"lesson"_s, topology.lesson);
    QJsonObject files;
    for (auto it = topology.files.begin(); it != topology.files.end(); ++it)
        files.insert(it.key(), it.value());
    if (!files.isEmpty())
        document.insert(u"files"_s, files);
    return document;
}

QByteArray writeTopology(const Topology& topology)
{
    const QJsonObject document = topologyToJson(topology);
    QByteArrayList members;
    for (auto it = document.begin(); it != document.end(); ++it)
        members.append("\n  " + scalar(it.key()) + ": " + documentMember(it.value()));
    return '{' + members.join(',') + "\n}\n";
}

QByteArray readTopologyBytes(const QString& path, Fault& problem)
{
    const QFileInfo info(path);
    if (!info.exists()) {
        problem = fault(TopologyFileText::tr("There is no file %1.").arg(path),
                        TopologyFileText::tr("Check its name and folder."));
        return {};
    }
    if (!info.isFile()) {
        problem = fault(TopologyFileText::tr("%1 is no regular file.").arg(path),
                        TopologyFileText::tr("Name a .byteyard file."));
        return {};
    }
    const QString tooLong =
        TopologyFileText::tr("%1 is longer than the 16 MiB that a topology may take.").arg(path);
    const QString otherFile = TopologyFileText::tr("It is probably not a topology: name another file.");
    if (info.size() > maxTopologyBytes) {
        problem = fault(tooLong, otherFile);
        return {};
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        problem = fault(TopologyFileText::tr("%1 cannot be read: %2.").arg(path, file.errorString()),
                        TopologyFileText::tr("Check that you may read it."));
        return {};
    }
    QByteArray bytes = file.read(maxTopologyBytes + 1); // it may have grown since
    if (bytes.size() > maxTopologyBytes) {
        problem = fault(tooLong, otherFile);
        return {};
    }
    if (file.error() != QFileDevice::NoError)
        problem = fault(TopologyFileText::tr("%1 cannot be read: %2.").arg(path, file.errorString()),
                        TopologyFileText::tr("Check the disk."));
    return bytes;
}

ReadResult readTopology(const QByteArray& text)
{
    const QString otherFile = TopologyFileText::tr("Name a .byteyard file.");
    if (text.size() > maxTopologyBytes)
        return refused(text, 0,
                       TopologyFileText::tr("The text is longer than the 16 MiB that a topology may take."),
                       otherFile);
    if (text.trimmed().isEmpty())
        return refused(text, 0, TopologyFileText::tr("The file is empty."), otherFile);
    if (const qsizetype zero = text.indexOf('\0'); zero >= 0)
        return refused(
            text, zero,
            TopologyFileText::tr("This is no topology: it holds binary data (a zero byte at offset %1).")
                .arg(zero),
            otherFile);
    if (const qsizetype bad = firstLineNotUtf8(text); bad >= 0)
        return refused(text, bad, TopologyFileText::tr("This line is not UTF-8 text."),
                       TopologyFileText::tr("Save the file as UTF-8."));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error == QJsonParseError::NoError)
        return readTopologyJson(text, document.isArray() ? QJsonValue(document.array())
                                                         : QJsonValue(document.object()));
    const QByteArray trimmed = text.trimmed();
    if (trimmed.startsWith('{') && !trimmed.endsWith('}'))
        return refused(text, text.size(),
                       TopologyFileText::tr("The file is cut: it ends before its JSON does."),
                       TopologyFileText::tr("Take it from where it came once more, or from a backup."));
    return refused(text, error.offset, TopologyFileText::tr("This is not JSON: %1.").arg(error.errorString()),
                   TopologyFileText::tr("Correct it here, or take the file from a backup."));
}

ReadResult readTopologyFile(const QString& path)
{
    ReadResult result;
    Fault problem;
    const QByteArray bytes = readTopologyBytes(path, problem);
    if (!problem.what.isEmpty()) {
        result.faults.append(problem);
        return result;
    }
    result = readTopology(bytes);
    const QString name = QFileInfo(path).fileName();
    for (Fault& found : result.faults)
        found.what =
            TopologyFileText::tr("%1, line %2: %3").arg(name, QString::number(found.line), found.what);
    return result;
}

QString writeTopologyFile(const Topology& topology, const QString& path)
{
    const QByteArray bytes = writeTopology(topology);
    if (bytes.size() > maxTopologyBytes)
        return TopologyFileText::tr(
                   "%1 was not written: the topology would take more than the 16 MiB that can be read back. "
                   "Remove some of the files that it brings.")
            .arg(path);
    QSaveFile file(path);
    // Unbuffered: commit() does not see that the flush of a buffer has failed (Qt 6.4).
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return TopologyFileText::tr(
                   "%1 was not written: %2. Choose a folder that exists and where you may write.")
            .arg(path, file.errorString());
    // A full disk takes a part of the bytes, and QSaveFile counts that as no error.
    const qint64 written = file.write(bytes);
    if (written == bytes.size() && file.commit())
        return {};
    const QString reason = written < 0 || written == bytes.size()
                               ? file.errorString()
                               : TopologyFileText::tr("the disk took only %1 of %2 bytes")
                                     .arg(QString::number(written), QString::number(bytes.size()));
    file.cancelWriting();
    return TopologyFileText::tr(
               "%1 was not written: %2. What was there before is untouched; free some space, or choose "
               "another place.")
        .arg(path, reason);
}

} // namespace byteyard::model
