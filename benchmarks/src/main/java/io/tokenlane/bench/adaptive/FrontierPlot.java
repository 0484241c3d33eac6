package io.tokenlane.bench.adaptive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Accuracy over mean steps: fixed budgets, and both rules at their thresholds. */
final class FrontierPlot {
  private FrontierPlot() {}

  static void write(ReasoningTable table, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(550)
            .title("Accuracy over the length of the reasoning, test split")
            .xAxisTitle("mean steps")
            .yAxisTitle("accuracy, %")
            .build();
    add(chart, "fixed budget", table.fixed);
    add(chart, "converged", table.converged);
    add(chart, "confident", table.confident);
    Files.createDirectories(file.getParent());
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }

  private static void add(XYChart chart, String name, List<Outcome> outcomes) {
    List<Outcome> sorted =
        outcomes.stream().sorted(Comparator.comparingDouble(Outcome::steps)).toList();
    chart.addSeries(
        name,
        sorted.stream().map(Outcome::steps).toList(),
        sorted.stream().map(outcome -> 100 * outcome.accuracy()).toList());
  }
}
