#pragma once

#include "model/session/session.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;

namespace byteyard::gui {

class BytesEdit;

/// Bytes to write into an endpoint, as text or hex, with a line end or without.
class WriteDialog : public QDialog
{
    Q_OBJECT

public:
    explicit WriteDialog(const model::LiveEndpoint& endpoint, QWidget* parent = nullptr);
    QByteArray bytes() const;

    /// Asks, and writes.
    static void ask(model::Session& session, const model::LiveEndpoint& endpoint, model::Way way,
                    QWidget* parent);

private:
    void check();

    BytesEdit* m_bytes;
    QCheckBox* m_lineEnd;
    QLabel* m_status;
    QPushButton* m_write;
};

} // namespace byteyard::gui
