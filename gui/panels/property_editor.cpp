#include "gui/panels/property_editor.h"

#include "gui/panels/property_editor_types.h"
#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"
#include "model/topology/pipeline_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpressionValidator>
#include <QSpinBox>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

LineEditor::LineEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_type(spec.type), m_edit(new QLineEdit(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_edit);
    setFocusProxy(m_edit);
    m_edit->setAccessibleName(spec.label);
    m_edit->setToolTip(spec.help);
    followTheme(m_edit, [this] { m_edit->setFont(Theme::instance().dataFont()); });
    if (m_type == PropertySpec::Type::Mode)
        m_edit->setValidator(new QRegularExpressionValidator(QRegularExpression(u"0?[0-7]{3}"_s), m_edit));
    connect(m_edit, &QLineEdit::editingFinished, this, &LineEditor::finish);
}

void LineEditor::setValue(const QJsonValue& value)
{
    m_shown = value;
    QString text = value.toString();
    if (m_type == PropertySpec::Type::Arguments) {
        QStringList words;
        for (const QJsonValue& word : value.toArray())
            words.append(word.toString());
        text = joinWords(words);
    }
    // What is being typed is not taken away.
    if (!m_edit->hasFocus() || !m_edit->isModified())
        m_edit->setText(text);
}

void LineEditor::finish()
{
    QJsonValue value = m_edit->text();
    if (m_type == PropertySpec::Type::Arguments) {
        QStringList words;
        if (!splitWords(m_edit->text(), words)) {
            m_edit->setToolTip(tr("A quote is open: close it."));
            return;
        }
        value = QJsonArray::fromStringList(words);
    } else if (m_type == PropertySpec::Type::Mode) {
        value = m_edit->text().rightJustified(4, u'0');
    }
    m_edit->setModified(false);
    if (value != m_shown)
        Q_EMIT changed(value);
}

EnvironmentEditor::EnvironmentEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_edit(new QPlainTextEdit(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_edit);
    setFocusProxy(m_edit);
    m_edit->setAccessibleName(spec.label);
    m_edit->setToolTip(spec.help);
    m_edit->setPlaceholderText(tr("NAME=value, one a line"));
    m_edit->setTabChangesFocus(true);
    m_edit->installEventFilter(this);
    followTheme(m_edit, [this] {
        m_edit->setFont(Theme::instance().dataFont());
        m_edit->setFixedHeight(m_edit->fontMetrics().height() * 3 + 14);
    });
}

void EnvironmentEditor::setValue(const QJsonValue& value)
{
    m_shown = value.toObject();
    QString text;
    for (auto it = m_shown.begin(); it != m_shown.end(); ++it)
        text += it.key() + u'=' + it.value().toString() + u'\n';
    if (!m_edit->hasFocus())
        m_edit->setPlainText(text);
}

bool EnvironmentEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusOut) {
        QJsonObject value;
        for (const QString& line : m_edit->toPlainText().split(u'\n')) {
            const qsizetype equals = line.indexOf(u'=');
            if (equals > 0)
                value.insert(line.left(equals).trimmed(), line.mid(equals + 1));
        }
        if (value != m_shown)
            Q_EMIT changed(value);
    }
    return PropertyEditor::eventFilter(watched, event);
}

IntegerEditor::IntegerEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_spin(new QSpinBox(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_spin, 1);
    setFocusProxy(m_spin);
    constexpr qint64 most = std::numeric_limits<int>::max();
    m_spin->setRange(static_cast<int>(std::max(spec.minimum, -most)),
                     static_cast<int>(std::min(spec.maximum, most)));
    if (!spec.unit.isEmpty())
        m_spin->setSuffix(u' ' + spec.unit);
    if (spec.minimum == 0 && spec.defaultValue.toInt() == 0)
        m_spin->setSpecialValueText(tr("as usual"));
    m_spin->setAccelerated(true);
    m_spin->setKeyboardTracking(false);
    m_spin->setAccessibleName(spec.label);
    m_spin->setToolTip(spec.help);
    connect(m_spin, &QSpinBox::valueChanged, this, [this](int value) { Q_EMIT changed(value); });
}

void IntegerEditor::setValue(const QJsonValue& value)
{
    const QSignalBlocker blocker(m_spin);
    m_spin->setValue(value.toInt());
}

FlagEditor::FlagEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_box(new QCheckBox(spec.label, this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_box);
    setFocusProxy(m_box);
    m_box->setToolTip(spec.help);
    connect(m_box, &QCheckBox::clicked, this, [this](bool on) { Q_EMIT changed(on); });
}

void FlagEditor::setValue(const QJsonValue& value)
{
    m_box->setChecked(value.toBool());
}

ChoiceEditor::ChoiceEditor(const PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_box(new QComboBox(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_box);
    setFocusProxy(m_box);
    m_box->addItems(spec.choices);
    m_box->setAccessibleName(spec.label);
    m_box->setToolTip(spec.help);
    connect(m_box, &QComboBox::activated, this, [this] { Q_EMIT changed(m_box->currentText()); });
}

void ChoiceEditor::setValue(const QJsonValue& value)
{
    m_box->setCurrentText(value.toString());
}

FlagsEditor::FlagsEditor(const PropertySpec& spec, QWidget* parent) : PropertyEditor(parent)
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setVerticalSpacing(2);
    for (const QString& choice : spec.choices) {
        auto* box = new QCheckBox(choice, this);
        box->setToolTip(spec.help);
        connect(box, &QCheckBox::clicked, this, [this] {
            QJsonArray flags;
            for (const QCheckBox* each : m_boxes)
                if (each->isChecked())
                    flags.append(each->text());
            Q_EMIT changed(flags);
        });
        const int at = static_cast<int>(m_boxes.size());
        layout->addWidget(box, at / 2, at % 2);
        m_boxes.append(box);
    }
    if (!m_boxes.isEmpty())
        setFocusProxy(m_boxes.constFirst());
}

void FlagsEditor::setValue(const QJsonValue& value)
{
    const QJsonArray flags = value.toArray();
    for (QCheckBox* box : m_boxes)
        box->setChecked(flags.contains(box->text()));
}

NodeEditor::NodeEditor(const PropertySpec& spec, const Document& document, QWidget* parent)
    : PropertyEditor(parent), m_document(document), m_kinds(spec.choices), m_box(new QComboBox(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_box);
    setFocusProxy(m_box);
    m_box->setAccessibleName(spec.label);
    m_box->setToolTip(spec.help);
    connect(m_box, &QComboBox::activated, this, [this] { Q_EMIT changed(m_box->currentData().toString()); });
}

void NodeEditor::setValue(const QJsonValue& value)
{
    const QString shown = value.toString();
    m_box->clear();
    m_box->addItem(tr("none"), QString());
    for (const model::Node& node : m_document.topology().nodes)
        if (m_kinds.contains(model::kindId(node.kind)))
            m_box->addItem(node.name, node.id);
    if (m_box->findData(shown) < 0)
        m_box->addItem(tr("%1 (not there)").arg(shown), shown);
    m_box->setCurrentIndex(m_box->findData(shown));
}

PropertyEditor* PropertyEditor::create(const PropertySpec& spec, const Document& document, QWidget* parent)
{
    switch (spec.type) {
    case PropertySpec::Type::Text:
    case PropertySpec::Type::Arguments:
    case PropertySpec::Type::Mode:
        return new LineEditor(spec, parent);
    case PropertySpec::Type::Environment:
        return new EnvironmentEditor(spec, parent);
    case PropertySpec::Type::Integer:
        return new IntegerEditor(spec, parent);
    case PropertySpec::Type::Flag:
        return new FlagEditor(spec, parent);
    case PropertySpec::Type::Choice:
        return new ChoiceEditor(spec, parent);
    case PropertySpec::Type::Flags:
        return new FlagsEditor(spec, parent);
    case PropertySpec::Type::Integers:
        return new IntegersEditor(spec, parent);
    case PropertySpec::Type::Script:
        return new ScriptEditor(spec, parent);
    case PropertySpec::Type::Fields:
        return new FieldsEditor(spec, parent);
    case PropertySpec::Type::Start:
        return new StartEditor(spec, document, parent);
    case PropertySpec::Type::Target:
        return new TargetEditor(spec, parent);
    case PropertySpec::Type::Node:
        return new NodeEditor(spec, document, parent);
    }
    Q_UNREACHABLE();
}

} // namespace byteyard::gui
