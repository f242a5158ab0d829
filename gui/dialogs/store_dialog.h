#pragma once

#include "model/session/session.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace byteyard::gui {

class BytesEdit;

/// Bytes to store into shared memory: where, and which, as hex or text. It says first what that does.
class StoreDialog : public QDialog
{
    Q_OBJECT

public:
    StoreDialog(const model::LiveEndpoint& memory, QWidget* parent = nullptr);
    /// What it begins with: `digits` of hex.
    void setStart(quint64 offset, const QString& digits);
    std::optional<quint64> offset() const;
    QByteArray bytes() const;

    /// Asks, and stores.
    static void ask(model::Session& session, const model::LiveEndpoint& memory, quint64 offset,
                    const QString& digits, QWidget* parent);

private:
    void check();
    QString fault() const;

    quint64 m_size;
    QLineEdit* m_offset;
    BytesEdit* m_bytes;
    QLabel* m_status;
    QPushButton* m_store;
};

} // namespace byteyard::gui
