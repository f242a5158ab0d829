#include "gui/dialogs/export_dialog.h"
#include "gui/dialogs/trust_dialog.h"
#include "gui/export_job.h"
#include "gui/main_window.h"
#include "gui/panels/inspector.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/problems_panel.h"
#include "model/topology/labs.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonDocument>
#include <QMessageBox>
#include <QSettings>
#include <QStatusBar>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString recentKey = u"files/recent"_s;
constexpr qsizetype recentCount = 10;

QString suggestedName(const model::Document& document, const QString& ending)
{
    const QString path = document.path();
    if (path.isEmpty() || path.startsWith(u':'))
        return QDir::current().filePath(u"untitled"_s + ending);
    const QFileInfo info(path);
    return info.dir().filePath(info.completeBaseName() + ending);
}

bool isSessionFile(const QString& path)
{
    return path.endsWith(".pcapng"_L1) || path.endsWith(".pcapng.zst"_L1);
}

} // namespace

bool MainWindow::mayDiscard()
{
    if (!m_document.isModified())
        return true;
    QMessageBox box(QMessageBox::Question, tr("Unsaved changes"),
                    tr("Save the changes to %1?").arg(m_document.displayName()),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box.setInformativeText(tr("They are lost if you do not save them."));
    box.setDefaultButton(QMessageBox::Save);
    switch (box.exec()) {
    case QMessageBox::Save:
        return save();
    case QMessageBox::Discard:
        return true;
    default:
        return false;
    }
}

void MainWindow::withStoppedRun(const std::function<void()>& then)
{
    if (!m_session.isLive())
        return then();
    m_afterStop = then;
    m_session.stop();
}

void MainWindow::newDocument()
{
    if (!mayDiscard())
        return;
    withStoppedRun([this] {
        m_session.clear();
        m_document.reset({});
        m_fromElsewhere = false;
        updateActions();
        updateStatus();
    });
}

void MainWindow::open()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open"), QFileInfo(m_document.path()).path(),
        tr("Topologies and sessions (*.byteyard *.pcapng *.pcapng.zst);;Topologies "
           "(*.byteyard);;Sessions (*.pcapng *.pcapng.zst);;All files (*)"));
    if (!path.isEmpty())
        openPath(path);
}

bool MainWindow::openPath(const QString& path)
{
    if (isSessionFile(path)) {
        if (!mayDiscard())
            return false;
        withStoppedRun([this, path] {
            m_opening = true;
            updateActions();
            m_session.openRecording(QFileInfo(path).absoluteFilePath());
        });
        return true;
    }
    // Looked at first: a file that is refused leaves what is open, and what runs, as it is.
    const model::ReadResult read = model::readTopologyFile(path);
    if (!read.ok()) {
        const model::Fault& fault = read.faults.constFirst();
        showBanner(fault.what + u' ' + fault.remedy);
        return false;
    }
    if (!mayDiscard())
        return false;
    withStoppedRun([this, path] { openTopology(path); });
    return true;
}

bool MainWindow::openTopology(const QString& path)
{
    const bool lab = path.startsWith(":/"_L1);
    const QString whole = lab ? path : QFileInfo(path).absoluteFilePath();
    m_session.clear();
    if (const QString error = m_document.load(whole); !error.isEmpty()) {
        showBanner(error);
        return false;
    }
    m_fromElsewhere = !lab && !TrustDialog::isTrusted(m_document.topology());
    if (!lab)
        remember(whole);
    m_canvas->fit();
    updateActions();
    updateStatus();
    if (const model::Topology& topology = m_document.topology(); !topology.lesson.isEmpty())
        showBanner(
            tr("%1 · Press Run (F5). What to look at, and why, stands under Learn.").arg(topology.title),
            {{tr("Learn"), [this] {
                  m_docks.value(u"inspector"_s)->show();
                  m_canvas->selectNone();
                  m_inspector->showPage(Inspector::Page::Learn);
              }}});
    return true;
}

void MainWindow::openWelcome()
{
    openPath(model::labPath(u"back-pressure"_s));
}

bool MainWindow::placeProgram(const QStringList& argv)
{
    const model::PipelineResult made = model::commandFragment(argv, QDir::currentPath());
    if (!made.error.isEmpty()) {
        showBanner(made.error);
        return false;
    }
    m_document.addFragment(made.fragment, {}, tr("Insert Command"));
    m_canvas->fit();
    return true;
}

void MainWindow::openedRecording()
{
    m_opening = false;
    const QString path = m_session.recordedFrom();
    const QByteArray json = QJsonDocument(m_session.catalog().topology).toJson();
    const model::ReadResult read = model::readTopology(json);
    if (m_session.state() == model::Session::State::Recorded) {
        m_document.reset(read.ok() ? read.topology : model::Topology());
        m_fromElsewhere = !TrustDialog::isTrusted(m_document.topology());
        remember(path);
        m_canvas->fit();
        showBanner(tr("%1 is a recorded session: its topology, log and totals, read-only.")
                       .arg(QFileInfo(path).fileName()));
    } else if (const QList<model::Problem> problems = m_session.problems(); !problems.isEmpty()) {
        showBanner(problems.constLast().what);
    }
    updateActions();
    updateStatus();
}

bool MainWindow::save()
{
    const QString path = m_document.path();
    return path.isEmpty() || path.startsWith(u':') ? saveAs() : saveTo(path);
}

bool MainWindow::saveAs()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save as"), suggestedName(m_document, u".byteyard"_s), tr("Topologies (*.byteyard)"));
    if (path.isEmpty())
        return false;
    if (QFileInfo(path).suffix().isEmpty())
        path += u".byteyard"_s;
    return saveTo(path);
}

bool MainWindow::saveTo(const QString& path)
{
    if (const QString error = m_document.save(path); !error.isEmpty()) {
        showBanner(error, {{tr("Save As…"), [this] { saveAs(); }}});
        return false;
    }
    remember(path);
    // What was made here is known here when it is opened again.
    if (!m_fromElsewhere)
        TrustDialog::trust(m_document.topology());
    statusBar()->showMessage(tr("Saved %1").arg(path), 4000);
    return true;
}

void MainWindow::remember(const QString& path)
{
    QSettings settings;
    QStringList paths = settings.value(recentKey).toStringList();
    paths.removeAll(path);
    paths.prepend(path);
    settings.setValue(recentKey, QStringList(paths.mid(0, recentCount)));
}

void MainWindow::exportLog()
{
    const model::LogFilter filter = m_log->model()->filter();
    auto* dialog =
        new ExportDialog(suggestedName(m_document, u".jsonl"_s), m_session.eventCount(), !filter.isEmpty(),
                         static_cast<quint64>(m_log->model()->rowCount()), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, filter] {
        startExport(dialog->path(), dialog->filteredRows() ? filter : model::LogFilter());
    });
    dialog->open();
}

void MainWindow::startExport(const QString& path, const model::LogFilter& filter)
{
    model::ExportFormat format = model::ExportFormat::JsonLines;
    model::exportFormatOf(path, format);
    auto* job = new ExportJob(path, format, m_session.sharedStore(), m_session.catalog(), filter, this);
    statusBar()->addPermanentWidget(job);
    connect(job, &ExportJob::finished, this,
            [this](const QString& written, const QString& error, bool cancelled) {
                if (error.isEmpty())
                    statusBar()->showMessage(tr("Exported %1").arg(written), 6000);
                else if (!cancelled)
                    m_problems->add({model::Fault::Severity::Error, {}, error, {}});
                Q_EMIT exportFinished(written, error);
            });
}

void MainWindow::exportPicture()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export picture"), suggestedName(m_document, u".png"_s), tr("PNG (*.png);;SVG (*.svg)"));
    if (path.isEmpty())
        return;
    if (m_canvas->savePicture(path))
        statusBar()->showMessage(tr("Exported %1").arg(path), 6000);
    else
        m_problems->add({model::Fault::Severity::Error,
                         {},
                         tr("%1: the picture could not be written.").arg(path),
                         tr("Choose a folder that you may write to, and a name that ends in .png or .svg.")});
}

void MainWindow::exportProgram()
{
    const QString c = tr("C (*.c)");
    const QString python = tr("Python (*.py)");
    const QString bash = tr("Bash (*.sh)");
    QString filter = c;
    QString path =
        QFileDialog::getSaveFileName(this, tr("Export as program"), suggestedName(m_document, u".c"_s),
                                     QStringList{c, python, bash}.join(u";;"_s), &filter);
    if (path.isEmpty())
        return;
    model::Language language = filter == python ? model::Language::Python
                               : filter == bash ? model::Language::Bash
                                                : model::Language::C;
    if (QFileInfo(path).suffix().isEmpty())
        path += model::endingOf(language);
    else
        model::languageOfFile(path, language);
    saveProgram(path, language);
}

void MainWindow::saveProgram(const QString& path, model::Language language)
{
    using Severity = model::Fault::Severity;
    const model::Topology& topology = m_document.topology();
    const QList<model::Fault> faults = model::validate(topology);
    const auto wrong = std::find_if(faults.begin(), faults.end(), [](const model::Fault& fault) {
        return fault.severity == Severity::Error;
    });
    if (wrong != faults.end()) {
        m_problems->add({Severity::Error, wrong->node, tr("%1 was not written: %2").arg(path, wrong->what),
                         wrong->remedy});
        return;
    }
    const model::Program program = model::programFor(topology, language);
    for (const QString& refusal : program.refusals)
        m_problems->add({Severity::Error,
                         {},
                         tr("%1 was not written: %2").arg(path, refusal),
                         language == model::Language::Bash ? tr("Choose C or Python.") : QString()});
    if (!program.refusals.isEmpty())
        return;
    if (const QString fault = model::writeProgram(program, language, path); !fault.isEmpty()) {
        m_problems->add({Severity::Error, {}, fault, tr("Choose a folder that you may write to.")});
        return;
    }
    for (const QString& note : program.notes)
        m_problems->add({Severity::Warning, {}, note, {}});
    statusBar()->showMessage(tr("Exported %1").arg(path), 6000);
}

} // namespace byteyard::gui
