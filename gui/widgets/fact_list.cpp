#include "gui/widgets/fact_list.h"

#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"

#include <QGridLayout>

namespace byteyard::gui {

FactList::FactList(QWidget* parent) : QWidget(parent), m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(5);
    m_layout->setColumnStretch(1, 1);
}

void FactList::setFacts(const QList<Fact>& facts)
{
    if (facts == m_facts)
        return;
    while (m_rows.size() < facts.size()) {
        const int at = static_cast<int>(m_rows.size());
        Row row{new MutedLabel, new ValueLabel};
        followTheme(row.label, [label = row.label] { label->setFont(Theme::instance().dataFont()); });
        row.value->setWordWrap(true);
        row.value->setTextFormat(Qt::PlainText);
        m_layout->addWidget(row.label, at, 0, Qt::AlignTop);
        m_layout->addWidget(row.value, at, 1);
        m_rows.append(row);
    }
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows.at(i);
        const bool used = i < facts.size();
        row.label->setVisible(used);
        row.value->setVisible(used);
        if (!used)
            continue;
        const Fact& fact = facts.at(i);
        row.label->setText(fact.label);
        row.value->setValue(fact.value);
        // What may have lost its middle is whole there.
        row.value->setToolTip(fact.tip.isEmpty() && fact.value.contains(u'/') ? fact.value : fact.tip);
        row.value->setSampled(fact.sampled);
        row.value->setAccessibleName(fact.label);
    }
    m_facts = facts;
}

} // namespace byteyard::gui
