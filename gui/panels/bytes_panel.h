#pragma once

#include "model/session/session.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace byteyard::gui {

class HexView;

/// The hexdump: of what is in the selected endpoint now, or of what a call moved.
class BytesPanel : public QWidget
{
    Q_OBJECT

public:
    enum class Source { Endpoint, Event };

    explicit BytesPanel(model::Session& session, QWidget* parent = nullptr);
    /// As in live_lookup.h; empty: none is selected.
    void setEndpoint(const QString& key);
    /// The event at this position of the store.
    void setEvent(quint64 position);
    Source source() const;
    void setSource(Source source);
    /// Of a two-way endpoint, the way whose bytes are shown.
    model::Way way() const;
    QComboBox* wayChoice() const { return m_way; }
    HexView* view() const { return m_view; }
    QString statusText() const;
    void focusSearch();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void look();
    void startAnew();
    void offerWays(const model::LiveEndpoint* endpoint);
    void showCaptured(const model::LiveEndpoint& endpoint, const QByteArray& word);
    void showCall();
    void answer(quint32 request, quint64 offset, quint64 total, bool available, const QByteArray& bytes);
    void goTo();
    void store(quint64 offset, const QString& digits);
    void find();
    void say(const QString& text);

    model::Session& m_session;
    QComboBox* m_source;
    QComboBox* m_way;
    QLabel* m_status;
    QLineEdit* m_offset;
    QLineEdit* m_search;
    QComboBox* m_searchForm;
    HexView* m_view;
    QTimer m_timer;
    QString m_endpoint;
    quint32 m_shown = 0;   ///< the endpoint whose bytes are shown
    quint32 m_request = 0; ///< not answered yet; 0: none
    bool m_hasEvent = false;
    quint64 m_event = 0;
};

} // namespace byteyard::gui
