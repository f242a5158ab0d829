#include "model/language.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTranslator>

namespace byteyard::model {

using namespace Qt::StringLiterals;

void installLanguage(QCoreApplication& application)
{
    auto* translator = new QTranslator(&application);
    if (translator->load(QLocale(), u"byteyard"_s, u"_"_s, u":/translations"_s) ||
        translator->load(u":/translations/byteyard_en.qm"_s))
        QCoreApplication::installTranslator(translator);
}

} // namespace byteyard::model
