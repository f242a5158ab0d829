#pragma once

#include <QCoreApplication>

namespace byteyard::model {

/// The context of what the translators see as one place: the kinds and their properties.
struct KindText
{
    Q_DECLARE_TR_FUNCTIONS(Kind)
};

} // namespace byteyard::model
