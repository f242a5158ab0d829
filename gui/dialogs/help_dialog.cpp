#include "gui/dialogs/help_dialog.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QTextBrowser>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

void addKeys(QString& html, const QList<QAction*>& actions)
{
    for (const QAction* action : actions) {
        if (action->menu())
            addKeys(html, action->menu()->actions());
        else if (!action->shortcut().isEmpty())
            html += u"<tr><td style='padding-right:24px'><b>%1</b></td><td>%2</td></tr>"_s.arg(
                action->shortcut().toString(QKeySequence::NativeText).toHtmlEscaped(),
                action->text().remove(u'&').toHtmlEscaped());
    }
}

} // namespace

HelpDialog::HelpDialog(const QMenuBar& menus, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("How to work with Byteyard"));
    resize(620, 640);
    auto* layout = new QVBoxLayout(this);
    auto* text = new QTextBrowser(this);
    layout->addWidget(text, 1);
    const std::pair<QString, QString> hands[] = {
        {tr("Add a part"), tr("Drag it from the palette, or double-click the canvas and type a name or a "
                              "pipeline such as ls | grep \".txt\"")},
        {tr("Connect"), tr("Drag from a port of a process to an endpoint, or back; from process to process a "
                           "pipe appears between them")},
        {tr("Select, move"),
         tr("Click, or draw a rectangle on the empty canvas; Shift adds, Ctrl toggles; drag to move")},
        {tr("By keyboard"),
         tr("Arrows walk from part to part, Alt+arrows among a part's ports; Space selects; "
            "Ctrl+arrows nudge; Enter edits; C begins a connection, arrows pick its "
            "target, Enter makes it")},
        {tr("Group"), tr("Ctrl+G makes one of the selected parts: drag it by its title, collapse it with the "
                         "triangle, run it "
                         "from its context menu")},
        {tr("Any command"), tr("Ctrl+Shift+P lists them all by name, those of the selected part too")},
        {tr("Pan, zoom"), tr("Middle drag, or Space and drag; wheel; Ctrl+wheel at the cursor")},
        {tr("Meddle"), tr("The context menu of a part, a connection, or a row of the log")},
        {tr("Replay"),
         tr("Of a run that has ended: the button at the time line, or Space in it; a click shows that "
            "moment; comma and full stop go by one event; Esc ends it")},
        {tr("Numbers"),
         tr("Plain numbers are exact; a dashed underline means sampled: looked at, not seen happen")},
    };
    QString html = u"<table cellspacing='6'>"_s;
    for (const auto& [to, how] : hands)
        html += u"<tr><td style='padding-right:24px'><b>%1</b></td><td>%2</td></tr>"_s.arg(
            to.toHtmlEscaped(), how.toHtmlEscaped());
    html += u"</table><h4>%1</h4><table cellspacing='4'>"_s.arg(tr("Keys"));
    addKeys(html, menus.actions());
    text->setHtml(html + u"</table>"_s);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::accept);
    layout->addWidget(buttons);
}

void showAbout(QWidget* parent)
{
    QMessageBox::about(
        parent, QCoreApplication::translate("About", "About Byteyard"),
        QCoreApplication::translate(
            "About",
            "<h3>Byteyard %1</h3><p>Build, see and understand inter-process communication, with real kernel "
            "objects and real processes. What the canvas shows is what the kernel did.</p>"
            "<p>Free software under the GNU General Public License, version 3 or later. Built with Qt "
            "%2.</p>")
            .arg(QCoreApplication::applicationVersion(), QString::fromLatin1(qVersion())));
}

} // namespace byteyard::gui
