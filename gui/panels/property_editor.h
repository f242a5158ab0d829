#pragma once

#include "model/topology/document.h"

#include <QWidget>

namespace byteyard::gui {

/// One property's editor. It says what the person wants when they have finished typing, and shows what the
/// document holds.
class PropertyEditor : public QWidget
{
    Q_OBJECT

public:
    /// The editor that fits the property's type. `document` is asked for the names of nodes.
    static PropertyEditor* create(const model::PropertySpec& spec, const model::Document& document,
                                  QWidget* parent);

    virtual void setValue(const QJsonValue& value) = 0;

Q_SIGNALS:
    void changed(const QJsonValue& value);

protected:
    using QWidget::QWidget;
};

} // namespace byteyard::gui
