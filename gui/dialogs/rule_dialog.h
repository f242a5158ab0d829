#pragma once

#include "model/session/session.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;
class QStackedWidget;

namespace byteyard::gui {

/// Which calls of a running process are held, or changed and how.
class RuleDialog : public QDialog
{
    Q_OBJECT

public:
    enum class Kind { Break, Inject };

    RuleDialog(Kind kind, const model::Session& session, quint32 process, QWidget* parent = nullptr);
    model::Rule rule() const;

private:
    void addConditions(QFormLayout& layout, const model::Session& session);
    void addBreak(QFormLayout& layout);
    void addInjection(QFormLayout& layout, const model::Session& session);

    Kind m_kind;
    quint32 m_process;
    QComboBox* m_call;
    QComboBox* m_endpoint;
    QSpinBox* m_atLeast;
    QLineEdit* m_text;
    QComboBox* m_when = nullptr;
    QComboBox* m_failure = nullptr;
    QComboBox* m_action = nullptr;
    QStackedWidget* m_values = nullptr;
    QComboBox* m_error = nullptr;
    QSpinBox* m_delay = nullptr;
    QSpinBox* m_bytes = nullptr;
    QComboBox* m_signal = nullptr;
    QComboBox* m_descriptor = nullptr;
    QSpinBox* m_every;
    QCheckBox* m_once;
};

} // namespace byteyard::gui
