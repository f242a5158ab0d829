#include "gui/canvas/program_completer.h"

#include <QAbstractItemView>
#include <QCoreApplication>
#include <QDir>
#include <QLineEdit>
#include <QPointer>
#include <QSet>
#include <QStringListModel>
#include <QThreadPool>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QStringList programsInPath()
{
    QSet<QString> names;
    for (const QString& folder : qEnvironmentVariable("PATH").split(u':', Qt::SkipEmptyParts))
        for (const QString& name : QDir(folder).entryList(QDir::Files | QDir::Executable))
            names.insert(name);
    QStringList sorted(names.begin(), names.end());
    sorted.sort();
    return sorted;
}

} // namespace

ProgramCompleter::ProgramCompleter(QLineEdit* line) : QCompleter(line), m_line(line)
{
    auto* model = new QStringListModel(this);
    setModel(model);
    setWidget(line);
    setCompletionMode(QCompleter::PopupCompletion);
    setModelSorting(QCompleter::CaseSensitivelySortedModel);
    setMaxVisibleItems(8);
    // Folders may lie on a slow disk: they are read elsewhere.
    QThreadPool::globalInstance()->start(
        [guard = QPointer<ProgramCompleter>(this), model = QPointer<QStringListModel>(model)] {
            const QStringList programs = programsInPath();
            QMetaObject::invokeMethod(
                qApp,
                [guard, model, programs] {
                    if (guard && model)
                        model->setStringList(programs);
                },
                Qt::QueuedConnection);
        });
    connect(line, &QLineEdit::textEdited, this, &ProgramCompleter::textEdited);
    connect(this, qOverload<const QString&>(&QCompleter::activated), this, &ProgramCompleter::insert);
    connect(this, qOverload<const QString&>(&QCompleter::highlighted), this, &ProgramCompleter::insert);
}

int ProgramCompleter::wordStart() const
{
    const QString before = m_line->text().left(m_line->cursorPosition());
    int start = static_cast<int>(before.lastIndexOf(u'|')) + 1;
    while (start < before.size() && before.at(start).isSpace())
        ++start;
    const QString word = before.mid(start);
    const bool plain =
        std::none_of(word.begin(), word.end(), [](QChar c) { return c.isSpace() || c == u'/'; });
    return plain ? start : -1;
}

void ProgramCompleter::textEdited()
{
    const int start = wordStart();
    const QString word = start < 0 ? QString() : m_line->text().mid(start, m_line->cursorPosition() - start);
    if (word.isEmpty()) {
        popup()->hide();
        return;
    }
    setCompletionPrefix(word);
    if (completionCount() == 0 || (completionCount() == 1 && currentCompletion() == word)) {
        popup()->hide();
        return;
    }
    complete();
}

void ProgramCompleter::insert(const QString& program)
{
    const int start = wordStart();
    if (start < 0)
        return;
    QString text = m_line->text();
    text.replace(start, m_line->cursorPosition() - start, program);
    m_line->setText(text);
    m_line->setCursorPosition(start + static_cast<int>(program.size()));
}

} // namespace byteyard::gui
