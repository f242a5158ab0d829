#pragma once

#include "gui/panels/property_editor.h"

#include <QJsonObject>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;

namespace byteyard::gui {

class ScriptView;

/// Text, a command line, or a file mode.
class LineEditor : public PropertyEditor
{
    Q_OBJECT

public:
    LineEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    void finish();

    model::PropertySpec::Type m_type;
    QLineEdit* m_edit;
    QJsonValue m_shown;
};

class EnvironmentEditor : public PropertyEditor
{
    Q_OBJECT

public:
    EnvironmentEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QPlainTextEdit* m_edit;
    QJsonObject m_shown;
};

class IntegerEditor : public PropertyEditor
{
    Q_OBJECT

public:
    IntegerEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    QSpinBox* m_spin;
};

class FlagEditor : public PropertyEditor
{
    Q_OBJECT

public:
    FlagEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    QCheckBox* m_box;
};

class ChoiceEditor : public PropertyEditor
{
    Q_OBJECT

public:
    ChoiceEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    QComboBox* m_box;
};

/// Some of several words, each with a tick.
class FlagsEditor : public PropertyEditor
{
    Q_OBJECT

public:
    FlagsEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    QList<QCheckBox*> m_boxes;
};

/// Several whole numbers, with blanks or commas between them.
class IntegersEditor : public PropertyEditor
{
    Q_OBJECT

public:
    IntegersEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    void finish();

    model::PropertySpec m_spec;
    QLineEdit* m_edit;
    QJsonValue m_shown;
};

/// Lua, with line numbers; taken over when the keyboard leaves it.
class ScriptEditor : public PropertyEditor
{
    Q_OBJECT

public:
    ScriptEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    ScriptView* m_view;
    QString m_shown;
};

/// A ready-made actor's parameters: `name = value`, one a line; what reads as a number is one.
class FieldsEditor : public PropertyEditor
{
    Q_OBJECT

public:
    FieldsEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QPlainTextEdit* m_edit;
    QJsonObject m_shown;
};

/// One of the nodes of some kinds, or none.
class NodeEditor : public PropertyEditor
{
    Q_OBJECT

public:
    NodeEditor(const model::PropertySpec& spec, const model::Document& document, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    const model::Document& m_document;
    QStringList m_kinds;
    QComboBox* m_box;
};

/// When a process starts.
class StartEditor : public PropertyEditor
{
    Q_OBJECT

public:
    StartEditor(const model::PropertySpec& spec, const model::Document& document, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    void finish();
    void showParts();

    const model::Document& m_document;
    QComboBox* m_when;
    QDoubleSpinBox* m_seconds;
    QComboBox* m_node;
    QJsonObject m_shown;
};

/// Where an unconnected descriptor goes.
class TargetEditor : public PropertyEditor
{
    Q_OBJECT

public:
    TargetEditor(const model::PropertySpec& spec, QWidget* parent);
    void setValue(const QJsonValue& value) override;

private:
    void finish();

    QComboBox* m_where;
    QLineEdit* m_path;
    QString m_shown;
};

} // namespace byteyard::gui
