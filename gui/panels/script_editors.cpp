// The editors of what an actor is told, and of a semaphore set's values.
#include "gui/panels/property_editor_types.h"
#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"
#include "gui/widgets/script_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

void fill(PropertyEditor& editor, QWidget* widget, const PropertySpec& spec)
{
    auto* layout = new QHBoxLayout(&editor);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(widget);
    editor.setFocusProxy(widget);
    widget->setAccessibleName(spec.label);
    widget->setToolTip(spec.help);
}

} // namespace

IntegersEditor::IntegersEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_spec(spec), m_edit(new QLineEdit(this))
{
    fill(*this, m_edit, spec);
    m_edit->setPlaceholderText(tr("1, 0, 5"));
    followTheme(m_edit, [this] { m_edit->setFont(Theme::instance().dataFont()); });
    connect(m_edit, &QLineEdit::editingFinished, this, &IntegersEditor::finish);
}

void IntegersEditor::setValue(const QJsonValue& value)
{
    m_shown = value;
    QStringList words;
    for (const QJsonValue& item : value.toArray())
        words.append(QString::number(item.toInteger()));
    if (!m_edit->hasFocus() || !m_edit->isModified())
        m_edit->setText(words.join(u", "_s));
}

void IntegersEditor::finish()
{
    static const QRegularExpression between(u"[\\s,;]+"_s);
    QJsonArray numbers;
    bool good = true;
    for (const QString& word : m_edit->text().split(between, Qt::SkipEmptyParts)) {
        bool ok = false;
        numbers.append(word.toLongLong(&ok));
        good = good && ok;
    }
    const QString fault = good ? m_spec.fault(numbers) : tr("is not a list of whole numbers");
    m_edit->setToolTip(fault.isEmpty() ? m_spec.help : u"%1 %2."_s.arg(m_spec.label, fault));
    if (!fault.isEmpty())
        return;
    m_edit->setModified(false);
    if (QJsonValue(numbers) != m_shown)
        Q_EMIT changed(numbers);
}

ScriptEditor::ScriptEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_view(new ScriptView(this))
{
    fill(*this, m_view, spec);
    m_view->setPlaceholderText(tr("while true do\n  …\nend"));
    m_view->installEventFilter(this);
    constexpr int lines = 14;
    followTheme(m_view, [this] { m_view->setFixedHeight(m_view->fontMetrics().lineSpacing() * lines + 14); });
}

void ScriptEditor::setValue(const QJsonValue& value)
{
    m_shown = value.toString();
    if (!m_view->hasFocus() && m_view->toPlainText() != m_shown)
        m_view->setPlainText(m_shown);
}

bool ScriptEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusOut && m_view->toPlainText() != m_shown)
        Q_EMIT changed(m_view->toPlainText());
    return PropertyEditor::eventFilter(watched, event);
}

FieldsEditor::FieldsEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_edit(new QPlainTextEdit(this))
{
    fill(*this, m_edit, spec);
    m_edit->setPlaceholderText(tr("rate = 10, one a line"));
    m_edit->setTabChangesFocus(true);
    m_edit->installEventFilter(this);
    constexpr int lines = 5;
    followTheme(m_edit, [this] {
        m_edit->setFont(Theme::instance().dataFont());
        m_edit->setFixedHeight(m_edit->fontMetrics().height() * lines + 14);
    });
}

void FieldsEditor::setValue(const QJsonValue& value)
{
    m_shown = value.toObject();
    QString text;
    for (auto it = m_shown.begin(); it != m_shown.end(); ++it)
        text += u"%1 = %2\n"_s.arg(it.key(), it.value().isDouble()
                                                 ? QString::number(it.value().toDouble(), 'g', 15)
                                                 : it.value().toString());
    if (!m_edit->hasFocus())
        m_edit->setPlainText(text);
}

bool FieldsEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusOut) {
        QJsonObject value;
        for (const QString& line : m_edit->toPlainText().split(u'\n')) {
            const qsizetype equals = line.indexOf(u'=');
            const QString word = line.mid(equals + 1).trimmed();
            bool number = false;
            const double as = word.toDouble(&number);
            if (equals > 0)
                value.insert(line.left(equals).trimmed(), number ? QJsonValue(as) : QJsonValue(word));
        }
        if (value != m_shown)
            Q_EMIT changed(value);
    }
    return PropertyEditor::eventFilter(watched, event);
}

} // namespace byteyard::gui
