#pragma once

#include <QCoreApplication>

namespace byteyard::model {

/// The context of what the translators see as one place: the faults of a topology.
struct ValidateText
{
    Q_DECLARE_TR_FUNCTIONS(Validate)
};

} // namespace byteyard::model
