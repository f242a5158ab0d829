#include "gui/capture_menu.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>
#include <QSettings>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct CaptureMenuText
{
    Q_DECLARE_TR_FUNCTIONS(CaptureMenu)
};

const QString captureKey = u"run/capture"_s;

} // namespace

QString chosenCapture()
{
    const QString chosen = QSettings().value(captureKey).toString();
    return QStringList{u"ptrace"_s, u"ebpf"_s, u"sampled"_s}.contains(chosen) ? chosen : u"auto"_s;
}

void fillCaptureMenu(QMenu& menu, const model::Session& session)
{
    menu.clear();
    menu.setToolTipsVisible(true);
    auto* group = new QActionGroup(&menu);
    const std::tuple<QString, QString, QString> ways[] = {
        {u"auto"_s, CaptureMenuText::tr("&Auto"),
         CaptureMenuText::tr("eBPF where the engine may, else ptrace; who makes too many calls is sampled "
                             "until it calms down")},
        {u"ptrace"_s, CaptureMenuText::tr("Exact (&ptrace)"),
         CaptureMenuText::tr("Every call stops its thread: all is seen, and programs are slow")},
        {u"ebpf"_s, CaptureMenuText::tr("Exact (&eBPF)"),
         CaptureMenuText::tr("The kernel tells of every call: all is seen, at little cost")},
        {u"sampled"_s, CaptureMenuText::tr("&Sampled"),
         CaptureMenuText::tr("Lives and descriptors are seen exactly, bytes are looked at 60 times a second: "
                             "programs run at their own speed")},
    };
    for (const auto& [mode, text, what] : ways) {
        QAction* action =
            menu.addAction(text, &menu, [mode = mode] { QSettings().setValue(captureKey, mode); });
        action->setObjectName(u"capture-"_s + mode);
        action->setToolTip(what);
        action->setCheckable(true);
        action->setChecked(mode == chosenCapture());
        action->setActionGroup(group);
        for (const model::CaptureWay& way : session.captureWays())
            if (way.mode == mode && !way.whyNot.isEmpty()) {
                action->setEnabled(false);
                action->setToolTip(CaptureMenuText::tr("Not possible here: %1").arg(way.whyNot));
            }
    }
}

} // namespace byteyard::gui
