// Frame times of the canvas: whole frames into an image, as software rendering draws them. Prints medians of
// processor time, so that what else runs on the machine does not count.
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/theme/theme.h"
#include "gui/widgets/trend_view.h"

#include <QApplication>
#include <QImage>
#include <QJsonArray>
#include <QScrollBar>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

using namespace Qt::StringLiterals;
using namespace byteyard;

namespace {

model::Topology grid(int nodes, int edgesANode)
{
    const int columns = static_cast<int>(std::ceil(std::sqrt(nodes)));
    model::Topology topology;
    for (int i = 0; i < nodes; ++i) {
        model::Node node;
        node.id = u"n%1"_s.arg(i);
        node.name = u"node %1"_s.arg(i);
        node.kind = i % 2 == 0 ? model::Kind::Command : model::Kind::Pipe;
        if (i % 2 == 0)
            node.properties.insert(u"argv"_s, QJsonArray{u"cat"_s});
        node.position = {i % columns * 240.0, i / columns * 140.0};
        topology.nodes.append(node);
    }
    for (int i = 0; i < nodes * edgesANode; ++i) {
        const int process = i / (2 * edgesANode) * 2;
        const int pipe = (process + 1 + i % (2 * edgesANode) * columns) % nodes / 2 * 2 + 1;
        topology.edges.append({u"e%1"_s.arg(i),
                               u"n%1"_s.arg(process),
                               QString::number(i % (2 * edgesANode) + 1),
                               u"n%1"_s.arg(std::min(pipe, nodes - 1 - (nodes % 2))),
                               u"write"_s,
                               {}});
    }
    return topology;
}

double cpuMs()
{
    return static_cast<double>(std::clock()) * 1000 / CLOCKS_PER_SEC;
}

double medianMs(int times, const std::function<void()>& work)
{
    std::vector<double> samples;
    for (int i = 0; i < times; ++i) {
        const double start = cpuMs();
        work();
        samples.push_back(cpuMs() - start);
    }
    std::sort(samples.begin(), samples.end());
    return samples[samples.size() / 2];
}

void measure(int nodes)
{
    model::Document document;
    model::Session session;
    gui::CanvasView view(document, session);
    view.resize(1600, 900);
    view.show();
    const double opening = cpuMs();
    document.reset(grid(nodes, 2));
    std::printf("canvas/%d: open %.1f ms\n", nodes, cpuMs() - opening);
    QImage image(1600, 900, QImage::Format_ARGB32_Premultiplied);
    // The way of a real paint event: QGraphicsView::render() would expose everything to every item.
    const auto frame = [&] { view.viewport()->render(&image); };
    view.fit();
    std::printf("canvas/%d: frame fitted %.2f ms\n", nodes, medianMs(31, frame));
    std::printf("canvas/%d: frame fitted, all drawn anew %.2f ms\n", nodes, medianMs(31, [&] {
                    view.scene()->update();
                    frame();
                }));
    view.zoomTo100();
    std::printf("canvas/%d: frame at 100 %% %.2f ms\n", nodes, medianMs(31, frame));
    auto* scene = static_cast<gui::CanvasScene*>(view.scene());
    const auto anew = [&] {
        scene->update();
        frame();
    };
    std::printf("canvas/%d: frame at 100 %%, all drawn anew %.2f ms\n", nodes, medianMs(31, anew));
    int zooms = 0;
    std::printf("canvas/%d: frame of a zoom near 100 %% %.2f ms\n", nodes, medianMs(31, [&] {
                    ++zooms % 2 == 0 ? view.zoomIn() : view.zoomOut();
                    frame();
                }));
    view.zoomTo100();
    scene->update();
    frame();
    int step = 0;
    std::printf("canvas/%d: frame at 100 %%, scrolled by 16 pixels %.2f ms\n", nodes, medianMs(31, [&] {
                    QScrollBar* bar = view.horizontalScrollBar();
                    bar->setValue(bar->value() + (step++ % 8 < 4 ? 16 : -16));
                    frame();
                }));
    std::printf("canvas/%d: frame at 100 %%, one node moved %.2f ms\n", nodes, medianMs(31, [&] {
                    const QString id = u"n%1"_s.arg(nodes / 2);
                    scene->preview({{id, scene->node(id)->pos() + QPointF(step++ % 2 == 0 ? 4 : -4, 0)}});
                    frame();
                }));
    scene->endPreview();
    const auto label = [&](const QString& text) {
        for (const QString& id : scene->edges().ids()) {
            gui::EdgeLook look = *scene->edges().look(id);
            look.state = gui::EdgeLook::State::Open;
            look.rateIn = text.isEmpty() ? 0 : 1e6;
            look.label = text;
            scene->edges().setLook(id, look);
        }
    };
    const double flowing = cpuMs();
    label(u"976.6 KiB/s"_s);
    const double still = cpuMs();
    label({});
    QCoreApplication::processEvents();
    const double again = cpuMs();
    label(u"976.6 KiB/s"_s);
    std::printf("canvas/%d: every edge gets a label %.1f ms, loses it %.1f ms\n", nodes, still - flowing,
                again - still);
    frame();
    std::printf("canvas/%d: frame at 100 %%, every edge flows %.2f ms\n", nodes, medianMs(31, [&] {
                    scene->edges().advanceDots(0.016);
                    frame();
                }));
    int at = 0;
    std::printf("canvas/%d: hit test %.4f ms\n", nodes, medianMs(1001, [&] {
                    at = (at + 7919) % 100000;
                    scene->hit(QPointF(at % 5000, at / 30), 11);
                }));
}

/// A chart as full as ui.md has it: 20 series of 2 000 points.
void measureChart()
{
    gui::TrendView view;
    view.resize(800, 300);
    QList<gui::TrendSeries> series;
    for (int i = 0; i < 20; ++i) {
        gui::TrendSeries each{u"series %1"_s.arg(i), QColor::fromHsv(i * 18, 200, 180), {}};
        for (int at = 0; at < 2000; ++at)
            each.points.append({at * 0.015, 1000.0 + i * 900 + (at * 7919 + i * 331) % 800});
        series.append(each);
    }
    view.setSeries(series);
    view.show();
    QImage image(800, 300, QImage::Format_ARGB32_Premultiplied);
    double end = 30;
    std::printf("chart/20x2000: frame %.2f ms\n", medianMs(101, [&] {
                    view.setSpan(end += 0.033, 30);
                    view.viewport()->render(&image);
                }));
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    gui::Theme::instance().apply();
    measure(1000);
    measure(5000);
    measureChart();
    return 0;
}
