#include "gui/panels/property_editor_types.h"
#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

bool waitsForAnother(const QString& when)
{
    return when == "runs"_L1 || when == "listens"_L1 || when == "exits"_L1;
}

} // namespace

StartEditor::StartEditor(const model::PropertySpec& spec, const model::Document& document, QWidget* parent)
    : PropertyEditor(parent), m_document(document), m_when(new QComboBox(this)),
      m_seconds(new QDoubleSpinBox(this)), m_node(new QComboBox(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_when);
    layout->addWidget(m_seconds);
    layout->addWidget(m_node);
    setFocusProxy(m_when);
    m_when->addItem(tr("at once"), u"at-once"_s);
    m_when->addItem(tr("after some seconds"), u"after"_s);
    m_when->addItem(tr("when another runs"), u"runs"_s);
    m_when->addItem(tr("when another listens"), u"listens"_s);
    m_when->addItem(tr("when another has exited"), u"exits"_s);
    m_when->addItem(tr("by hand"), u"by-hand"_s);
    m_when->setAccessibleName(spec.label);
    m_when->setToolTip(spec.help);
    m_seconds->setRange(0, 86400);
    m_seconds->setDecimals(1);
    m_seconds->setSuffix(tr(" s"));
    m_seconds->setKeyboardTracking(false);
    m_seconds->setAccessibleName(tr("Seconds"));
    m_node->setAccessibleName(tr("Which process"));
    connect(m_when, &QComboBox::activated, this, &StartEditor::finish);
    connect(m_node, &QComboBox::activated, this, &StartEditor::finish);
    connect(m_seconds, &QDoubleSpinBox::valueChanged, this, &StartEditor::finish);
}

void StartEditor::showParts()
{
    const QString when = m_when->currentData().toString();
    m_seconds->setVisible(when == "after"_L1);
    m_node->setVisible(waitsForAnother(when));
}

void StartEditor::setValue(const QJsonValue& value)
{
    m_shown = value.toObject();
    const QSignalBlocker blocker(m_seconds);
    m_node->clear();
    for (const model::Node& node : m_document.topology().nodes)
        if (model::isProcess(node.kind))
            m_node->addItem(node.name, node.id);
    const int when = m_when->findData(m_shown.value("when"_L1).toString(u"at-once"_s));
    m_when->setCurrentIndex(std::max(when, 0));
    m_seconds->setValue(m_shown.value("seconds"_L1).toDouble(1));
    if (const int node = m_node->findData(m_shown.value("node"_L1).toString()); node >= 0)
        m_node->setCurrentIndex(node);
    showParts();
}

void StartEditor::finish()
{
    showParts();
    const QString when = m_when->currentData().toString();
    QJsonObject value{{u"when"_s, when}};
    if (when == "after"_L1)
        value.insert(u"seconds"_s, m_seconds->value());
    if (waitsForAnother(when))
        value.insert(u"node"_s, m_node->currentData().toString());
    if (value != m_shown)
        Q_EMIT changed(value);
}

TargetEditor::TargetEditor(const model::PropertySpec& spec, QWidget* parent)
    : PropertyEditor(parent), m_where(new QComboBox(this)), m_path(new QLineEdit(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_where);
    layout->addWidget(m_path);
    setFocusProxy(m_where);
    m_where->addItem(tr("shown under Output"), u"output"_s);
    m_where->addItem(tr("thrown away (/dev/null)"), u"null"_s);
    m_where->addItem(tr("into a file"), u"file"_s);
    m_where->setAccessibleName(spec.label);
    m_where->setToolTip(spec.help);
    m_path->setPlaceholderText(tr("Path"));
    m_path->setAccessibleName(tr("Path of the file"));
    followTheme(m_path, [this] { m_path->setFont(Theme::instance().dataFont()); });
    connect(m_where, &QComboBox::activated, this, [this] {
        m_path->setVisible(m_where->currentData() == u"file"_s);
        m_path->isVisible() ? m_path->setFocus() : finish();
    });
    connect(m_path, &QLineEdit::editingFinished, this, &TargetEditor::finish);
}

void TargetEditor::setValue(const QJsonValue& value)
{
    m_shown = value.toString();
    const bool file = m_shown.startsWith("file:"_L1);
    m_where->setCurrentIndex(std::max(0, m_where->findData(file ? u"file"_s : m_shown)));
    m_path->setVisible(file);
    if (file && !m_path->hasFocus())
        m_path->setText(m_shown.mid(5));
}

void TargetEditor::finish()
{
    const QString where = m_where->currentData().toString();
    if (where == "file"_L1 && m_path->text().isEmpty())
        return;
    const QString value = where == "file"_L1 ? u"file:"_s + m_path->text() : where;
    if (value != m_shown)
        Q_EMIT changed(value);
}

} // namespace byteyard::gui
