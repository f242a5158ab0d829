#pragma once

#include "model/session/session.h"
#include "model/topology/document.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace byteyard::gui {

/// What the programs print on their own descriptors 1 and 2, by process or all in order of arrival, and the
/// input line of those whose standard input is typed.
class OutputPanel : public QWidget
{
    Q_OBJECT

public:
    OutputPanel(model::Document& document, model::Session& session, QWidget* parent = nullptr);
    /// The process to show, as in live_lookup.h; empty: all.
    void setProcess(const QString& key);
    QString text() const;
    void focusSearch();

private:
    void arrived(quint32 process, const QByteArray& bytes);
    void append(const QString& text);
    void rebuild();
    void fillProcesses();
    void updateInput();
    void send(bool end);
    void find(bool forward);
    QString chosen() const;
    bool isTyped(const QString& key) const;

    model::Document& m_document;
    model::Session& m_session;
    QComboBox* m_process;
    QList<std::pair<QString, QString>> m_listed; ///< keys and names of those in m_process
    QLineEdit* m_search;
    QPlainTextEdit* m_text;
    QWidget* m_inputBar;
    QLineEdit* m_input;
    quint32 m_lastSpeaker = 0; ///< in the view of all, whose text came last
    bool m_lineOpen = false;
};

} // namespace byteyard::gui
