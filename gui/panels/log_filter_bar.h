#pragma once

#include "model/log/log_filter.h"

#include <QWidget>

class QCheckBox;
class QLineEdit;
class QToolButton;

namespace byteyard::gui {

class ChoiceButton;

/// Which rows of the log are wanted. What is ticked is kept by node, so that it still means the same in the
/// next run, where the numbers are others.
class LogFilterBar : public QWidget
{
    Q_OBJECT

public:
    explicit LogFilterBar(QWidget* parent = nullptr);
    /// The names to choose from, and the numbers that the filter needs.
    void setCatalog(const model::Catalog& catalog);
    const model::LogFilter& filter() const { return m_filter; }
    /// Keys as in live_lookup.h.
    void setProcesses(const QSet<QString>& keys);
    void setEndpoints(const QSet<QString>& keys);
    /// Only what completed in [from, to) ns; from 0 to the largest number: all times.
    void setRange(quint64 from, quint64 to);
    void clear();
    void focusText();

Q_SIGNALS:
    void filterChanged();

private:
    void update();

    ChoiceButton* m_processes;
    ChoiceButton* m_endpoints;
    ChoiceButton* m_calls;
    QCheckBox* m_errors;
    QLineEdit* m_text;
    QToolButton* m_range; ///< shown while there is one
    quint64 m_from = 0;
    quint64 m_to = std::numeric_limits<quint64>::max();
    model::Catalog m_catalog;
    model::LogFilter m_filter;
};

} // namespace byteyard::gui
