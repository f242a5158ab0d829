#include "gui/panels/charts_panel.h"

#include "gui/theme/colors.h"
#include "gui/widgets/labels.h"
#include "gui/widgets/trend_view.h"
#include "model/log/format.h"

#include <QGridLayout>

#include <algorithm>

namespace byteyard::gui {

namespace {

/// Two pipes have one colour by their kind; a shade each, and the name, tell them apart.
QColor shadeOf(model::Kind kind, int order)
{
    const Theme& theme = Theme::instance();
    const int step = (order + 1) / 2;
    return mixed(theme.kindOutline(kind), order % 2 == 0 ? theme.colors().ink : theme.colors().window,
                 std::max(0.25, 1 - 0.25 * step));
}

} // namespace

ChartsPanel::ChartsPanel(model::Session& session, History& history, QWidget* parent)
    : QWidget(parent), m_session(session), m_history(history), m_fill(new TrendView(this)),
      m_rate(new TrendView(this)), m_fillTitle(new SectionLabel({}, this)),
      m_rateTitle(new SectionLabel({}, this))
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(12, 8, 12, 12);
    layout->setHorizontalSpacing(16);
    layout->addWidget(m_fillTitle, 0, 0);
    layout->addWidget(m_rateTitle, 0, 1);
    layout->addWidget(m_fill, 1, 0);
    layout->addWidget(m_rate, 1, 1);
    layout->setRowStretch(1, 1);
    m_fill->setAccessibleName(tr("Fill of the endpoints"));
    m_rate->setAccessibleName(tr("Bytes a second of the endpoints"));
    m_fill->setFormat([](double value) { return model::formatBytes(static_cast<quint64>(value)); });
    m_rate->setFormat([](double value) { return model::formatRate(value); });
    setRange(std::nullopt);
    connect(&history, &History::grew, this, &ChartsPanel::refresh);
    connect(&Theme::instance(), &Theme::changed, this, &ChartsPanel::refresh);
}

void ChartsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void ChartsPanel::setRange(const std::optional<std::pair<double, double>>& seconds)
{
    m_range = seconds;
    const QString when = seconds
                             ? tr("%1 to %2 s").arg(seconds->first, 0, 'f', 2).arg(seconds->second, 0, 'f', 2)
                             : tr("last 30 s");
    m_fillTitle->setText(tr("Fill · %1 · sampled").arg(when));
    m_rateTitle->setText(tr("Bytes a second, in and out · %1").arg(when));
    refresh();
}

void ChartsPanel::refresh()
{
    if (!isVisible())
        return;
    QList<TrendSeries> fill;
    QList<TrendSeries> rate;
    QHash<model::Kind, int> shades;
    for (const model::LiveEndpoint& endpoint : m_session.endpoints()) {
        model::Kind kind = model::Kind::Pipe;
        model::kindFromId(endpoint.entry.kind, kind);
        const QColor color = shadeOf(kind, shades[kind]++);
        const History::Trace trace = m_history.trace(endpoint.entry.number);
        // How long a file is, is no fill: beside it a pipe's would be a line at the ground.
        if (kind != model::Kind::File)
            fill.append({endpoint.entry.name, color, trace.fill});
        rate.append({endpoint.entry.name, color, trace.rate});
    }
    for (TrendView* view : {m_fill, m_rate}) {
        if (m_range)
            view->setRange(m_range->first, m_range->second);
        else
            view->setSpan(m_history.now(), History::spanSeconds);
    }
    m_fill->setSeries(fill);
    m_rate->setSeries(rate);
}

} // namespace byteyard::gui
