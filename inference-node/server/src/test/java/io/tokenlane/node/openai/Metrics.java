package io.tokenlane.node.openai;

import io.tokenlane.node.NodeClient;

/** Reads the metrics page. */
final class Metrics {
  private Metrics() {}

  static String page(NodeClient node) {
    return node.send("GET", "/actuator/prometheus", "").body();
  }

  /** The value of the series with this name, labels ignored. */
  static double value(NodeClient node, String name) {
    return value(node, name, "");
  }

  /** The value of the first series with this name and this text among its labels. */
  static double value(NodeClient node, String name, String label) {
    return page(node)
        .lines()
        .filter(line -> line.startsWith(name + "{") && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }
}
