#pragma once

#include <QDialog>

namespace byteyard::gui {

/// Appearance, and how much of each call's data is kept. Takes effect at once, or at the next run.
class PreferencesDialog : public QDialog
{
    Q_OBJECT

public:
    explicit PreferencesDialog(QWidget* parent = nullptr);
    /// Bytes of each call's data that a run keeps.
    static int dataBytes();
};

} // namespace byteyard::gui
