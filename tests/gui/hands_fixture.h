#pragma once

#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "tests/gui/hands.h"

#include <QJsonArray>
#include <QMenu>
#include <QPointer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

namespace byteyard::test {

using namespace Qt::StringLiterals;

/// The whole window, opened anew for each test, and where the hands find what is in it.
class HandsFixture
{
protected:
    void prepare()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        gui::Theme::instance().apply();
    }

    void open()
    {
        m_window = new gui::MainWindow;
        m_window->setGeometry(0, 0, 1500, 940);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
        canvas()->setFocus();
    }

    void close()
    {
        m_window->document().undoStack()->setClean();
        m_window->close();
        QTRY_VERIFY(m_window.isNull());
    }

    gui::CanvasView* canvas() const { return m_window->canvas(); }
    const QList<model::Node>& nodes() const { return m_window->document().topology().nodes; }
    static bool press(const QString& key) { return Hands::key(key); }

    QString command(const QString& program, const QPointF& position)
    {
        centre();
        return m_window->document().addNode(model::Kind::Command, position,
                                            {{u"argv"_s, QJsonArray{program}}});
    }
    QString part(model::Kind kind, const QPointF& position)
    {
        return m_window->document().addNode(kind, position);
    }
    void centre()
    {
        canvas()->zoomTo100();
        canvas()->centerOn(0, 100);
    }

    static QStringList words(std::initializer_list<const char*> all)
    {
        QStringList list;
        for (const char* each : all)
            list << QString::fromLatin1(each);
        return list;
    }
    static QStringList at(QPoint place)
    {
        return {u"mousemove"_s, QString::number(place.x()), QString::number(place.y()), u"sleep"_s,
                u"0.02"_s};
    }
    QPoint port(const QString& node, const QString& name) const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->portPosition(node, name));
    }
    QPoint global(const QString& node) const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->nodeRect(node).center());
    }
    /// A place of the canvas where nothing is.
    QPoint bare() const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->viewport()->rect().bottomLeft() +
                                                 QPoint(120, -60));
    }
    static QStringList texts(const QMenu* menu)
    {
        QStringList all;
        for (const QAction* each : menu->actions())
            all << QString(each->text()).remove(u'&').section(u'\t', 0, 0);
        return all;
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    QPointer<gui::MainWindow> m_window;
};

} // namespace byteyard::test
