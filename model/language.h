#pragma once

class QCoreApplication;

namespace byteyard::model {

/// Gives the application its texts in the desktop's language where there is a translation, and in English
/// with its plural forms where there is none. Call once, before any text is made.
void installLanguage(QCoreApplication& application);

} // namespace byteyard::model
