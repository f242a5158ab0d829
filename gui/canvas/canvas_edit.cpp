#include "gui/canvas/canvas_private.h"
#include "gui/canvas/clipboard.h"
#include "gui/canvas/metrics.h"
#include "model/topology/pipeline_text.h"

#include <QApplication>
#include <QClipboard>
#include <QCursor>
#include <QFileInfo>
#include <QJsonArray>
#include <QLineEdit>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QPointF onGrid(const QPointF& point)
{
    return {std::round(point.x() / gridStep) * gridStep, std::round(point.y() / gridStep) * gridStep};
}

/// Gives each column of a line of parts the room that its widest one needs; what they cover then.
QRectF spreadColumns(model::Topology& line)
{
    const auto bodyOf = [](const model::Node& node) { return NodeItem::bodyFor(lookOf(node, {}, {})); };
    QMap<double, double> widths;
    for (const model::Node& node : std::as_const(line.nodes))
        widths[node.position.x()] = std::max(widths.value(node.position.x()), bodyOf(node).width());
    QHash<double, double> lefts;
    double left = 0;
    for (auto width = widths.begin(); width != widths.end(); ++width) {
        lefts.insert(width.key(), left);
        left += std::ceil((*width + columnGap) / gridStep) * gridStep;
    }
    QRectF all;
    for (model::Node& node : line.nodes) {
        const double spare = widths.value(node.position.x()) - bodyOf(node).width();
        node.position.setX(lefts.value(node.position.x()) + std::floor(spare / 2 / gridStep) * gridStep);
        all |= bodyOf(node).translated(node.position);
    }
    return all;
}

} // namespace

void CanvasView::Private::openEdit(InlineEdit::Purpose purpose, const QPointF& anchor)
{
    delete edit;
    edit = new InlineEdit(std::move(purpose), view.viewport());
    edit->setAnchor(anchor);
    QObject::connect(edit, &InlineEdit::done, &view, [this] {
        // Enter and Esc leave the keyboard on the canvas.
        if (view.isAncestorOf(QApplication::focusWidget()))
            view.setFocus(Qt::OtherFocusReason);
    });
    placeEdit();
    edit->show();
    edit->raise();
    edit->setFocus(Qt::OtherFocusReason);
}

void CanvasView::Private::placeEdit()
{
    if (!edit)
        return;
    const QRect room = view.viewport()->rect();
    const QPoint at = view.mapFromScene(edit->anchor());
    edit->move(std::clamp(at.x(), 4, std::max(4, room.right() - edit->width() - 4)),
               std::clamp(at.y(), 4, std::max(4, room.bottom() - edit->height() - 4)));
}

void CanvasView::Private::editCommand(const model::Node& node)
{
    InlineEdit::Purpose purpose;
    purpose.accessibleName = tr("Command line");
    purpose.placeholder = tr("a command, like ls -l");
    purpose.text = model::joinWords(node.argv());
    purpose.completes = true;
    purpose.takeOnLeave = true;
    purpose.take = [this, id = node.id](const QString& line) -> QString {
        QStringList words;
        if (!model::splitWords(line, words))
            return tr("A quote is not closed: close it.");
        const model::Node* now = document.topology().node(id);
        if (now == nullptr || words.isEmpty() || words == now->argv())
            return {};
        // A name that was only the program's follows the program.
        const QString oldStem =
            now->argv().isEmpty() ? model::kindId(now->kind) : QFileInfo(now->argv().first()).fileName();
        const QString newStem = QFileInfo(words.first()).fileName();
        const bool follows = now->name == oldStem || now->name.startsWith(oldStem + u' ');
        document.undoStack()->beginMacro(tr("Edit the command line"));
        const QString fault = document.setProperty(id, u"argv"_s, QJsonArray::fromStringList(words));
        if (fault.isEmpty() && follows && newStem != oldStem)
            document.renameNode(id, document.topology().freeName(newStem));
        document.undoStack()->endMacro();
        return fault;
    };
    openEdit(std::move(purpose), bodyOf(node.id).topLeft() + node.position + QPointF(4, 4));
}

void CanvasView::Private::editName(const model::Node& node)
{
    InlineEdit::Purpose purpose;
    purpose.accessibleName = tr("Name");
    purpose.text = node.name;
    purpose.data = false;
    purpose.takeOnLeave = true;
    purpose.take = [this, id = node.id](const QString& name) -> QString {
        const model::Node* now = document.topology().node(id);
        return now == nullptr || now->name == name ? QString() : document.renameNode(id, name);
    };
    openEdit(std::move(purpose), bodyOf(node.id).topLeft() + node.position + QPointF(4, 4));
}

void CanvasView::editSelected()
{
    if (const model::Group* group = d->document.topology().group(d->chosenGroup()))
        return d->editGroupName(*group);
    const QString id = d->scene.selection().nodes.value(0, d->scene.cursorNode());
    if (id.isEmpty() && d->document.topology().edge(d->scene.selection().edges.value(0)) != nullptr)
        Q_EMIT edgeEditWanted();
    const model::Node* node = d->document.topology().node(id);
    if (node == nullptr)
        return;
    if (node->kind == model::Kind::Command)
        d->editCommand(*node);
    else if (node->kind == model::Kind::Actor)
        Q_EMIT scriptWanted(id);
    else
        d->editName(*node);
}

void CanvasView::renameSelected()
{
    if (const model::Group* group = d->document.topology().group(d->chosenGroup()))
        return d->editGroupName(*group);
    const QString id = d->scene.selection().nodes.value(0, d->scene.cursorNode());
    if (const model::Node* node = d->document.topology().node(id))
        d->editName(*node);
}

void CanvasView::quickInsert()
{
    // Where the keyboard is, a new part goes beside it; else to the pointer, else to the middle.
    if (const NodeItem* here = d->scene.node(d->scene.cursorNode())) {
        d->insertAt(here->body().center() +
                    QPointF(here->body().width() / 2 + 2 * gridStep + capsuleWidth / 2, 0));
        return;
    }
    const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
    const bool over =
        viewport()->underMouse() && viewport()->rect().contains(pointer) && !d->scene.nodes().isEmpty();
    d->insertAt(over ? mapToScene(pointer) : d->middle());
}

void CanvasView::Private::insertAt(const QPointF& at)
{
    InlineEdit::Purpose purpose;
    purpose.accessibleName = tr("Quick insert");
    purpose.placeholder = tr("a part's name, or a pipeline: ls | grep \".txt\" > out");
    purpose.completes = true;
    purpose.take = [this, at](const QString& line) { return insertLine(line, at); };
    purpose.remark = [](const QString& line) { return model::parsePipeline(line).note; };
    openEdit(std::move(purpose), at - QPointF(120, 20) / context.zoom());
}

QString CanvasView::Private::insertLine(const QString& line, const QPointF& at)
{
    const QString wanted = line.trimmed();
    if (wanted.isEmpty())
        return {};
    for (const Part& part : allParts())
        if (wanted.compare(part.id(), Qt::CaseInsensitive) == 0 ||
            wanted.compare(part.title(), Qt::CaseInsensitive) == 0 ||
            (!part.role.isEmpty() && wanted.compare(part.role, Qt::CaseInsensitive) == 0)) {
            // A kind of endpoint by its name; what is also a program (`file`) is the part.
            NodeLook look;
            look.kind = part.kind;
            const QRectF outline = NodeItem::bodyFor(look).translated(positionFor(part.kind, at));
            const QString added = addPart(part, at + freeOffset(outline));
            QMetaObject::invokeMethod(
                &view, [this, part, added] { beginEditing(part, added); }, Qt::QueuedConnection);
            return {};
        }
    model::PipelineResult result = model::parsePipeline(line);
    if (!result.error.isEmpty())
        return result.error;
    const QRectF all = spreadColumns(result.fragment);
    QPointF offset = onGrid(at - all.center());
    offset += freeOffset(all.translated(offset));
    addCopies(result.fragment, offset, tr("Insert %1").arg(wanted));
    view.ensureVisible(all.translated(offset), 40, 40);
    if (!result.note.isEmpty())
        Q_EMIT view.hint(result.note);
    return {};
}

QPointF CanvasView::Private::positionFor(model::Kind kind, const QPointF& middleAt) const
{
    NodeLook look;
    look.kind = kind;
    look.title = model::kindId(kind);
    return onGrid(middleAt - NodeItem::bodyFor(look).center());
}

/// How far to the right of where it was typed a new part has to go so that it covers nothing, with room for
/// an edge.
QPointF CanvasView::Private::freeOffset(const QRectF& outline) const
{
    constexpr double room = 2 * gridStep;
    for (int step = 0; step < 200; ++step)
        if (scene.isFree(outline.translated(step * gridStep, 0).adjusted(-room, 0, room, 0)))
            return {step * gridStep, 0};
    return {};
}

/// The keyboard is on the canvas, or in a line that is edited on it.
bool CanvasView::Private::hasKeyboard() const
{
    const QWidget* focus = QApplication::focusWidget();
    return focus != nullptr && (focus == &view || view.isAncestorOf(focus));
}

QString CanvasView::Private::addPart(const Part& part, const QPointF& middleAt)
{
    const QString id =
        document.addNode(part.kind, positionFor(part.kind, middleAt), part.properties(), part.name());
    scene.select({{id}, {}});
    scene.setCursorNode(hasKeyboard() ? id : QString());
    view.ensureVisible(bodyOf(id).translated(scene.homeOf(id)), 40, 40);
    return id;
}

void CanvasView::Private::beginEditing(const Part& part, const QString& id)
{
    if (model::isProcess(part.kind) && part.role.isEmpty() && !id.isEmpty())
        view.editSelected();
}

QStringList CanvasView::Private::drawnSelection() const
{
    QStringList ids;
    for (const QString& id : scene.selection().nodes)
        if (!CanvasScene::isDiscovered(id))
            ids << id;
    return ids;
}

void CanvasView::deleteSelection()
{
    QStringList nodes = d->drawnSelection();
    QStringList edges;
    for (const QString& id : selection().edges)
        if (!CanvasScene::isDiscovered(id))
            edges << id;
    if (selection().isEmpty() && !d->scene.cursorNode().isEmpty() &&
        !CanvasScene::isDiscovered(d->scene.cursorNode()))
        nodes << d->scene.cursorNode();
    if (selection().isEmpty())
        nodes << d->scene.membersOf(d->scene.cursorGroup());
    if (!nodes.isEmpty() || !edges.isEmpty())
        d->document.remove(nodes, edges);
}

void CanvasView::copySelection()
{
    const model::Topology fragment = fragmentOf(d->document.topology(), d->drawnSelection());
    if (fragment.nodes.isEmpty())
        return;
    QApplication::clipboard()->setMimeData(fragmentToMime(fragment));
    d->pastes = 0;
}

void CanvasView::cutSelection()
{
    if (d->drawnSelection().isEmpty())
        return;
    copySelection();
    deleteSelection();
}

void CanvasView::Private::addCopies(const model::Topology& fragment, QPointF offset, const QString& undoText)
{
    const QStringList added = document.addFragment(fragment, offset, undoText);
    Selection chosen{added, {}};
    scene.select(chosen);
    if (hasKeyboard())
        scene.setCursorNode(added.value(0));
}

void CanvasView::paste()
{
    model::Topology fragment;
    if (!fragmentFromMime(QApplication::clipboard()->mimeData(), fragment)) {
        Q_EMIT hint(tr("The clipboard holds no parts: copy some on a canvas first."));
        return;
    }
    ++d->pastes;
    d->addCopies(fragment, QPointF(2 * gridStep, 2 * gridStep) * d->pastes, tr("Paste"));
}

void CanvasView::duplicateSelection()
{
    const model::Topology fragment = fragmentOf(d->document.topology(), d->drawnSelection());
    if (!fragment.nodes.isEmpty())
        d->addCopies(fragment, QPointF(2 * gridStep, 2 * gridStep), tr("Duplicate"));
}

} // namespace byteyard::gui
