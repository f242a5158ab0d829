#include "gui/capture_menu.h"
#include "gui/dialogs/attach_dialog.h"
#include "gui/dialogs/map_dialog.h"
#include "gui/dialogs/preferences_dialog.h"
#include "gui/dialogs/trust_dialog.h"
#include "gui/main_window.h"
#include "gui/panels/live_facts.h"
#include "gui/panels/problems_panel.h"
#include "gui/widgets/banner.h"
#include "model/log/format.h"
#include "model/session/live_state.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLayout>
#include <QToolBar>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// Large counts have one plural form: the number may be cut for choosing it.
int plural(quint64 count)
{
    return static_cast<int>(std::min<quint64>(count, 1'000'000));
}

} // namespace

void MainWindow::run(const QStringList& only)
{
    if (m_fromElsewhere && !TrustDialog::isTrusted(m_document.topology())) {
        auto* dialog = new TrustDialog(m_document.displayName(), m_document.topology(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this, only] {
            TrustDialog::trust(m_document.topology());
            runNow(only);
        });
        connect(dialog, &QDialog::rejected, this, [this] { m_attach.clear(); });
        return dialog->open();
    }
    runNow(only);
}

/// To a process that runs already: in this run, or in one of what is on the canvas.
void MainWindow::attach()
{
    const bool starts = !m_session.isLive() && !m_document.topology().nodes.isEmpty();
    auto* dialog = new AttachDialog(
        m_session,
        starts ? tr("Nothing runs yet: attaching starts the topology on the canvas too.") : QString(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (m_session.isLive())
            return m_session.attach(dialog->pid(), dialog->withChildren());
        m_attach = {dialog->pid()};
        m_attachChildren = dialog->withChildren();
        run();
    });
    dialog->open();
}

/// Beside what is on the canvas, if there is something.
void MainWindow::lookAtMachine()
{
    auto* dialog = new MapDialog(m_session, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const bool isFree = !m_session.isLive() && m_document.topology().nodes.isEmpty();
        MainWindow* window = isFree ? this : new MainWindow;
        window->show();
        window->showMap(dialog->pids());
    });
    dialog->open();
}

void MainWindow::showMap(const QList<qint64>& pids)
{
    delete m_banner;
    m_banner = nullptr;
    m_session.lookAtMachine(pids);
}

void MainWindow::followFromMap(qint64 pid)
{
    m_attach = {pid};
    m_attachChildren = true;
    m_afterStop = [this] { run(); };
    m_session.stop();
}

void MainWindow::runNow(const QStringList& only)
{
    if (m_session.isLive())
        return;
    m_fromElsewhere = false;
    delete m_banner;
    m_banner = nullptr;
    model::RunOptions options;
    options.dataBytes = PreferencesDialog::dataBytes();
    options.capture = chosenCapture();
    options.systemFiles = m_session.followsSystemFiles();
    options.only = only;
    options.attach = std::exchange(m_attach, {});
    options.attachChildren = m_attachChildren;
    m_session.run(m_document.topology(), options);
}

void MainWindow::togglePause()
{
    m_session.isPaused() ? m_session.resume() : m_session.pause();
}

/// A break holds a process: said above the canvas, with what lets it go on.
void MainWindow::showHeld(const model::RuleHit& hit, const QString& sentence)
{
    showBanner(sentence, {{tr("Step"), [this, hit] { m_session.stepProcess(hit.process); }},
                          {tr("Go On"), [this, hit] { m_session.pauseProcess(hit.process, false); }},
                          {tr("Remove the Break"), [this, hit] {
                               m_session.removeRule(hit.rule);
                               m_session.pauseProcess(hit.process, false);
                           }}});
    m_heldProcess = hit.process;
}

/// When it has been let go by other means, or has ended.
void MainWindow::dropHeldBanner()
{
    if (m_heldProcess == 0)
        return;
    const model::LiveProcess* process = m_session.process(m_heldProcess);
    if (process && process->paused && m_session.isLive())
        return;
    delete m_banner;
    m_banner = nullptr;
    m_heldProcess = 0;
}

void MainWindow::setPace(int callsPerSecond)
{
    if (m_document.topology().pace != callsPerSecond)
        m_document.setPace(callsPerSecond);
    if (m_session.isLive())
        m_session.setPace(callsPerSecond);
    updateActions();
}

void MainWindow::toggleRecord()
{
    if (m_session.isRecording())
        return m_session.stopRecording();
    QString path = QFileDialog::getSaveFileName(
        this, tr("Record the session"), QFileInfo(m_document.path()).completeBaseName() + u".pcapng"_s,
        tr("Sessions (*.pcapng);;Compressed sessions (*.pcapng.zst)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += u".pcapng"_s;
    if (const QString error = m_session.startRecording(path); !error.isEmpty())
        m_problems->add({model::Fault::Severity::Error, {}, error, {}});
}

void MainWindow::addDuringRun()
{
    if (m_session.isLive())
        m_session.add(m_document.topology());
}

void MainWindow::stateChanged()
{
    using State = model::Session::State;
    if (!m_session.isLive() && m_afterStop) {
        const std::function<void()> then = std::exchange(m_afterStop, {});
        // Not from within the session's own signal.
        QMetaObject::invokeMethod(this, then, Qt::QueuedConnection);
    }
    if (m_session.state() == State::Ended && m_opening)
        m_opening = false;
    // What concerns no node stands on none: it is said above the canvas, and stays under Problems.
    if (m_session.state() == State::Ended) {
        for (const model::Problem& problem : m_session.problems()) {
            if (!problem.node.isEmpty() || problem.severity != model::Fault::Severity::Error)
                continue;
            showBanner(problem.remedy.isEmpty() ? problem.what : problem.what + u' ' + problem.remedy);
            break;
        }
    }
    updateActions();
    updateStatus();
}

QString MainWindow::statusText() const
{
    return m_status->text();
}

void MainWindow::updateStatus()
{
    // The first event makes the log one that can be exported, the first part a canvas that can be laid out.
    if (action(u"exportLog"_s)->isEnabled() != (m_session.eventCount() > 0) ||
        action(u"arrange"_s)->isEnabled() == m_canvas->isEmpty())
        updateActions();
    // A process ends and begins without any state of the run changing.
    action(u"step"_s)->setEnabled(!steppable().isEmpty());
    dropHeldBanner();
    int running = 0;
    int waiting = 0;
    int stopped = 0;
    int attached = 0;
    for (const model::LiveProcess& process : m_session.processes()) {
        const bool waits = !m_session.awaitedStart(process).isEmpty();
        running += !waits && (process.entry.state == "running"_L1 || process.entry.state == "starting"_L1);
        waiting += waits;
        stopped += process.entry.state == "stopped"_L1;
        attached += process.entry.attached && !model::hasEnded(process.entry.state);
    }
    double rate = 0;
    for (const model::LiveEndpoint& endpoint : m_session.endpoints())
        rate += endpoint.inRate;

    QStringList parts;
    parts.append(m_document.path().isEmpty() ? m_document.displayName()
                                             : QFileInfo(m_document.path()).fileName());
    const QString state = runStateText(m_session);
    if (m_session.state() == model::Session::State::Idle) {
        parts.append(state);
    } else {
        parts.append(state + u' ' + model::formatDuration(m_session.now()));
        QString processes = tr("%n process(es) running", nullptr, running);
        if (waiting > 0)
            processes += u", "_s + tr("%n waiting to start", nullptr, waiting);
        if (stopped > 0)
            processes += u", "_s + tr("%n stopped", nullptr, stopped);
        if (attached > 0)
            processes += u", "_s + tr("%n attached", nullptr, attached);
        parts.append(processes);
        parts.append(tr("%n endpoint(s)", nullptr, static_cast<int>(m_session.endpoints().size())));
        if (!m_session.isMap()) // what moves there is unobserved: no number is one
            parts.append(tr("%1 event(s)", nullptr, plural(m_session.eventCount()))
                             .arg(model::formatCount(m_session.eventCount())));
        if (m_session.isLive() && !m_session.isMap())
            parts.append(model::formatRate(rate));
    }
    m_status->setText(parts.join(u" · "_s));

    QString right;
    if (m_session.isRecording())
        right = tr("recording %1 %2")
                    .arg(QFileInfo(m_session.recordingPath()).fileName(),
                         model::formatBytes(m_session.recordingBytes())) +
                u" · "_s;
    else if (!m_session.recordingPath().isEmpty())
        right = tr("recorded %1 %2")
                    .arg(QFileInfo(m_session.recordingPath()).fileName(),
                         model::formatBytes(m_session.recordingBytes())) +
                u" · "_s;
    const QString capture =
        m_session.captureText().isEmpty() ? tr("capture: %1").arg(chosenCapture()) : m_session.captureText();
    m_captureLabel->setText(
        m_session.isMap()
            ? tr("this machine · %1").arg(capture)
            : tr("this machine · %1 · %2 lost").arg(capture, model::formatCount(m_session.lost())));
    // How the capture works stands in the tool bar where there is room, else in the status bar.
    const int missing = m_captureAction->isVisible()
                            ? 0
                            : m_captureLabel->sizeHint().width() + m_toolBar->layout()->spacing();
    m_captureAction->setVisible(m_toolBar->sizeHint().width() + missing <= width());
    if (!m_captureAction->isVisible())
        right += m_session.isMap() ? capture : capture + u" · "_s;
    if (!m_session.isMap())
        right += tr("%1 event(s) lost", nullptr, plural(m_session.lost()))
                     .arg(model::formatCount(m_session.lost()));
    m_recording->setText(right);
}

} // namespace byteyard::gui
