#include "gui/canvas/empty_offers.h"

#include "gui/theme/theme.h"

#include <QBoxLayout>
#include <QEvent>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

EmptyOffers::EmptyOffers(QWidget* parent)
    : QWidget(parent), m_title(new QLabel), m_type(new QPushButton), m_lab(new QPushButton),
      m_map(new QPushButton), m_drag(new QLabel)
{
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(14);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setWeight(QFont::DemiBold);
    m_title->setFont(large);
    m_title->setAlignment(Qt::AlignCenter);
    m_drag->setAlignment(Qt::AlignCenter);
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    m_type->setIcon(Theme::instance().icon(u"edit"_s));
    m_lab->setIcon(Theme::instance().icon(u"lab"_s));
    m_map->setIcon(Theme::instance().icon(u"peek"_s));
    row->addStretch();
    row->addWidget(m_type);
    row->addWidget(m_lab);
    row->addWidget(m_map);
    row->addStretch();
    layout->addWidget(m_title);
    layout->addLayout(row);
    layout->addWidget(m_drag);
    connect(m_type, &QPushButton::clicked, this, &EmptyOffers::typeWanted);
    connect(m_lab, &QPushButton::clicked, this, &EmptyOffers::labWanted);
    connect(m_map, &QPushButton::clicked, this, &EmptyOffers::mapWanted);
    setTexts();
}

void EmptyOffers::setTexts()
{
    m_title->setText(tr("Nothing here yet"));
    m_type->setText(tr("Type a pipeline"));
    m_lab->setText(tr("Open a lab"));
    m_map->setText(tr("See what runs here"));
    m_drag->setText(tr("or drag a part from the palette to here"));
}

void EmptyOffers::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        setTexts();
    QWidget::changeEvent(event);
}

} // namespace byteyard::gui
