#pragma once

#include "gui/canvas/canvas_view.h"

#include <QApplication>
#include <QDropEvent>
#include <QJsonArray>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>

namespace byteyard::test {

/// A shown canvas on a document of its own.
struct CanvasFixture
{
    model::Document document;
    model::Session session;
    gui::CanvasView view{document, session};

    CanvasFixture()
    {
        view.resize(1200, 700);
        view.show();
        view.zoomTo100();
        view.centerOn(500, 200);
        QApplication::setActiveWindow(&view);
        view.setFocus();
    }

    QString command(const QString& program, const QPointF& position)
    {
        return document.addNode(model::Kind::Command, position,
                                {{QStringLiteral("argv"), QJsonArray{program}}});
    }
    QString part(model::Kind kind, const QPointF& position) { return document.addNode(kind, position); }
    const model::Node* node(const QString& id) const { return document.topology().node(id); }
    int steps() { return document.undoStack()->index(); }

    /// Whether it was laid out.
    bool arrange()
    {
        QSignalSpy arranged(&view, &gui::CanvasView::arranged);
        view.arrange();
        return arranged.wait(30000);
    }

    QPoint port(const QString& id, const QString& name) const { return view.portPosition(id, name); }
    QPoint middle(const QString& id) const { return view.nodeRect(id).center(); }

    void press(const QPoint& at, Qt::KeyboardModifiers how = {})
    {
        QTest::mousePress(view.viewport(), Qt::LeftButton, how, at);
    }
    /// A real path of moves, with the button held: QTest::mouseMove() alone says that none is.
    void move(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers how = {})
    {
        for (int step = 1; step <= 8; ++step) {
            const QPoint at = from + (to - from) * step / 8;
            QMouseEvent event(QEvent::MouseMove, at, view.viewport()->mapToGlobal(at), Qt::NoButton,
                              Qt::LeftButton, how);
            QApplication::sendEvent(view.viewport(), &event);
        }
    }
    void release(const QPoint& at, Qt::KeyboardModifiers how = {})
    {
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, how, at);
    }
    void drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers how = {})
    {
        press(from, how);
        move(from, to, how);
        release(to, how);
    }
    void dropPart(const QByteArray& kind, const QPoint& at)
    {
        QMimeData mime;
        mime.setData(QStringLiteral("application/x-byteyard-part"), kind);
        QDragEnterEvent enter(at, Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(view.viewport(), &enter);
        QDragMoveEvent over(at, Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(view.viewport(), &over);
        QDropEvent drop(at, Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(view.viewport(), &drop);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers how = {}) { QTest::keyClick(&view, key, how); }
    /// The line that is edited on the canvas; null when none is.
    QLineEdit* line() const
    {
        for (QLineEdit* each : view.findChildren<QLineEdit*>())
            if (each->isVisible())
                return each;
        return nullptr;
    }
    void type(const QString& text)
    {
        QLineEdit* edit = line();
        QVERIFY(edit != nullptr);
        edit->clear();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
    }
};

} // namespace byteyard::test
