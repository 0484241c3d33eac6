package io.tokenlane.bench.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** The measured rows as bars beside those of their peers, one chart a unit, below each other. */
final class Plot {
  private static final int WIDTH = 1100;
  private static final int FRAME = 110;
  private static final int BAR = 30;
  private static final int MOST_BARS = 16;
  private static final int LONGEST = 70;

  private Plot() {}

  static void write(List<Row> rows, Path file) throws IOException {
    List<HorizontalBarChart> charts = charts(rows);
    int height = charts.stream().mapToInt(HorizontalBarChart::getHeight).sum();
    BufferedImage all = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
    var canvas = all.createGraphics();
    int top = 0;
    for (HorizontalBarChart chart : charts) {
      canvas.drawImage(BitmapEncoder.getBufferedImage(chart), 0, top, null);
      top += chart.getHeight();
    }
    canvas.dispose();
    ImageIO.write(all, "png", file.toFile());
  }

  private static List<HorizontalBarChart> charts(List<Row> rows) {
    Map<String, List<Row>> byUnit =
        rows.stream()
            .filter(row -> row.value() != null)
            .collect(Collectors.groupingBy(Row::unit, LinkedHashMap::new, Collectors.toList()));
    List<HorizontalBarChart> charts = new ArrayList<>();
    byUnit.forEach(
        (unit, same) -> {
          for (int from = 0; from < same.size(); from += MOST_BARS) {
            charts.add(chart(unit, same.subList(from, Math.min(same.size(), from + MOST_BARS))));
          }
        });
    return charts;
  }

  private static HorizontalBarChart chart(String unit, List<Row> rows) {
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(FRAME + BAR * rows.size())
            .xAxisTitle(unit)
            .build();
    // The first row stands at the top.
    List<Row> upwards = rows.reversed();
    List<String> names = names(upwards);
    if (rows.stream().anyMatch(row -> row.peer() != null)) {
      chart.addSeries("peer", upwards.stream().map(Plot::peer).toList(), names);
    }
    chart.addSeries("ours", upwards.stream().map(Plot::ours).toList(), names);
    return chart;
  }

  /** Short ones, and none twice: bars of one name would fall together. */
  private static List<String> names(List<Row> rows) {
    List<String> names = new ArrayList<>();
    for (Row row : rows) {
      String name =
          row.id().length() <= LONGEST ? row.id() : row.id().substring(0, LONGEST - 1) + "…";
      names.add(names.contains(name) ? name + " (" + names.size() + ")" : name);
    }
    return names;
  }

  private static Double ours(Row row) {
    return Objects.requireNonNull(row.value());
  }

  /** No bar where there is none. */
  private static Double peer(Row row) {
    Row.Peer peer = row.peer();
    return peer == null ? Double.valueOf(0) : Double.valueOf(peer.value());
  }
}
