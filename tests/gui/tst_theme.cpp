#include "gui/theme/colors.h"
#include "gui/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QPainter>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using gui::Colors;
using gui::Theme;

class TestTheme : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_settings{QDir::tempPath() + u"/byteyard-theme-XXXXXX"_s};

private Q_SLOTS:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(u"byteyard-test"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }

    void textIsReadableOnEveryBackground_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textIsReadableOnEveryBackground()
    {
        QFETCH(bool, dark);
        const Colors& c = dark ? gui::darkColors() : gui::lightColors();
        for (const QColor& back :
             {c.window, c.surface, c.field, c.canvas, c.rowAlternate, c.rowPending, c.rowError, c.highlight,
              c.pillRunning, c.pillBlocked, c.pillStopped, c.pillFailed, c.pillPlain})
            QVERIFY2(gui::contrast(c.ink, back) >= 4.5, qPrintable(back.name()));
        for (const QColor& back : {c.window, c.surface, c.field, c.canvas, c.rowAlternate})
            QVERIFY2(gui::contrast(c.inkMuted, back) >= 4.5, qPrintable(back.name()));
        QVERIFY(gui::contrast(c.onAccent, c.accent) >= 4.5);
        QVERIFY(gui::contrast(c.accent, c.window) >= 4.5);
    }

    void outlinesStandOutThreeToOne_data() { textIsReadableOnEveryBackground_data(); }
    void outlinesStandOutThreeToOne()
    {
        QFETCH(bool, dark);
        Theme& theme = Theme::instance();
        theme.setMode(dark ? Theme::Mode::Dark : Theme::Mode::Light);
        const Colors& c = theme.colors();
        QVERIFY(gui::contrast(c.outline, c.canvas) >= 3);
        QVERIFY(gui::contrast(c.outline, c.surface) >= 3);
        for (const model::KindInfo& info : model::allKinds()) {
            const QColor outline = theme.kindOutline(info.kind);
            QVERIFY2(gui::contrast(outline, c.canvas) >= 3, qPrintable(info.id));
            QVERIFY2(gui::contrast(outline, c.surface) >= 3, qPrintable(info.id));
            QVERIFY2(gui::contrast(c.ink, theme.kindFill(info.kind)) >= 4.5, qPrintable(info.id));
        }
        const std::initializer_list<std::pair<QColor, QColor>> marks = {{c.markRunning, c.pillRunning},
                                                                        {c.markBlocked, c.pillBlocked},
                                                                        {c.markStopped, c.pillStopped},
                                                                        {c.markFailed, c.pillFailed},
                                                                        {c.markPlain, c.pillPlain}};
        for (const auto& [mark, pill] : marks)
            QVERIFY2(gui::contrast(mark, pill) >= 3, qPrintable(mark.name()));
    }

    void everyFamilyOfKindsHasAHueOfItsOwn()
    {
        using model::Kind;
        const QList<Kind> families{Kind::Command,   Kind::Pipe,    Kind::Fifo,          Kind::File,
                                   Kind::SysvQueue, Kind::SysvShm, Kind::SysvSemaphore, Kind::Tcp};
        for (const bool dark : {false, true}) {
            QSet<QRgb> hues;
            for (const Kind kind : families)
                hues.insert(gui::kindBase(kind, dark).rgb());
            QCOMPARE(hues.size(), families.size());
            for (const model::KindInfo& info : model::allKinds())
                QVERIFY2(hues.contains(gui::kindBase(info.kind, dark).rgb()), qPrintable(info.id));
        }
    }

    void switchingTheModeChangesThePaletteAtOnceAndIsKept()
    {
        Theme& theme = Theme::instance();
        theme.setMode(Theme::Mode::Light);
        QSignalSpy changed(&theme, &Theme::changed);
        theme.setMode(Theme::Mode::Dark);
        QVERIFY(theme.isDark());
        QVERIFY(!changed.isEmpty());
        QCOMPARE(QApplication::palette().color(QPalette::Window), theme.colors().window);
        QCOMPARE(QSettings().value("theme/mode").toInt(), static_cast<int>(Theme::Mode::Dark));
        theme.setMode(Theme::Mode::Light);
        QVERIFY(!theme.isDark());
        QCOMPARE(QApplication::palette().color(QPalette::WindowText), theme.colors().ink);
    }

    void everyIconIsDrawnInTheThemesInk()
    {
        Theme& theme = Theme::instance();
        const QStringList files = QDir(u":/icons"_s).entryList();
        QVERIFY(files.size() > 20);
        for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
            theme.setMode(mode);
            for (const QString& file : files) {
                QFile drawing(u":/icons/"_s + file);
                QVERIFY(drawing.open(QIODevice::ReadOnly));
                if (!drawing.readAll().contains("#000000"))
                    continue; // the style sheet's own, in a fixed colour
                const QImage image = theme.icon(file.chopped(4)).pixmap(32, 32).toImage();
                bool inked = false;
                for (int y = 0; y < image.height(); ++y)
                    for (int x = 0; x < image.width(); ++x)
                        inked |= image.pixelColor(x, y).alpha() == 255 &&
                                 gui::contrast(image.pixelColor(x, y), theme.colors().ink) < 1.3;
                QVERIFY2(inked, qPrintable(file));
            }
        }
    }

    void everyKindHasAnIcon()
    {
        for (const model::KindInfo& info : model::allKinds()) {
            QVERIFY2(QFile::exists(u":/icons/%1.svg"_s.arg(info.id)), qPrintable(info.id));
            QVERIFY(!Theme::instance().kindIcon(info.kind).pixmap(20, 20).isNull());
        }
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
