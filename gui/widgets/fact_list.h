#pragma once

#include <QList>
#include <QWidget>

class QGridLayout;

namespace byteyard::gui {

class MutedLabel;
class ValueLabel;

/// One line of what is known: a name and a value.
struct Fact
{
    QString label;
    QString value;
    QString tip; ///< the exact number, and how it is known
    bool sampled = false;
    bool operator==(const Fact&) const = default;
};

/// Names at the left, values at the right. Labels are kept and given new text, so that a selection in one
/// survives.
class FactList : public QWidget
{
    Q_OBJECT

public:
    explicit FactList(QWidget* parent = nullptr);
    void setFacts(const QList<Fact>& facts);
    const QList<Fact>& facts() const { return m_facts; }

private:
    struct Row
    {
        MutedLabel* label;
        ValueLabel* value;
    };
    QGridLayout* m_layout;
    QList<Row> m_rows;
    QList<Fact> m_facts;
};

} // namespace byteyard::gui
