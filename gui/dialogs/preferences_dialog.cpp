#include "gui/dialogs/preferences_dialog.h"

#include "gui/theme/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString dataBytesKey = u"run/dataBytes"_s;
constexpr int usualDataBytes = 64;
constexpr int mostDataBytes = 65536;

} // namespace

PreferencesDialog::PreferencesDialog(QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("Preferences"));
    auto* form = new QFormLayout(this);
    form->setSpacing(10);

    auto* theme = new QComboBox(this);
    theme->addItem(tr("As the desktop"), static_cast<int>(Theme::Mode::System));
    theme->addItem(tr("Light"), static_cast<int>(Theme::Mode::Light));
    theme->addItem(tr("Dark"), static_cast<int>(Theme::Mode::Dark));
    theme->setCurrentIndex(theme->findData(static_cast<int>(Theme::instance().mode())));
    connect(theme, &QComboBox::activated, this,
            [theme] { Theme::instance().setMode(static_cast<Theme::Mode>(theme->currentData().toInt())); });
    form->addRow(tr("&Theme"), theme);

    auto* kept = new QSpinBox(this);
    kept->setRange(0, mostDataBytes);
    kept->setSuffix(tr(" bytes"));
    kept->setValue(dataBytes());
    kept->setToolTip(
        tr("The first bytes of what each call moved are kept in the log; more bytes take more memory"));
    connect(kept, &QSpinBox::valueChanged, this,
            [](int value) { QSettings().setValue(dataBytesKey, value); });
    form->addRow(tr("&Data kept of each call, from the next run"), kept);

    auto* forget = new QPushButton(tr("&Ask Again"), this);
    forget->setAutoDefault(false); // Enter in a field beside it is no answer to this
    forget->setToolTip(
        tr("Files from elsewhere whose commands were accepted ask again before their first run"));
    connect(forget, &QPushButton::clicked, this, [forget] {
        QSettings().remove(u"trust"_s);
        forget->setEnabled(false);
    });
    form->addRow(tr("Files from elsewhere that may run"), forget);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::accept);
    form->addRow(buttons);
}

int PreferencesDialog::dataBytes()
{
    return std::clamp(QSettings().value(dataBytesKey, usualDataBytes).toInt(), 0, mostDataBytes);
}

} // namespace byteyard::gui
