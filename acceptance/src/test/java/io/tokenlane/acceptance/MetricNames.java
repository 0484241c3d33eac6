package io.tokenlane.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Which metrics the alerts, dashboards and autoscalers of {@code k8s/} ask for. */
final class MetricNames {
  private static final Path K8S = Launcher.ROOT.resolve("k8s");
  private static final YAMLMapper YAML = new YAMLMapper();

  /** What is in quotes or braces, ranges, lists of labels, numbers with units, variables. */
  private static final Pattern NO_NAMES =
      Pattern.compile(
          "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|\\b(by|without|on|ignoring)\\s*\\([^)]*\\)|\\$\\w+");

  /** A name that is not called as a function. */
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w:.])[a-zA-Z_:][\\w:]*+(?!\\s*\\()(?![\\w:])");

  private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");

  private MetricNames() {}

  /** The names in all queries, sorted. */
  static Set<String> wanted() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(K8S)) {
      for (Path file : files.filter(MetricNames::holdsQueries).toList()) {
        queries(file).forEach(query -> names.addAll(in(query)));
      }
    }
    return names;
  }

  /** The queries of all panels, each with what Grafana puts in for its rate interval. */
  static List<String> ofDashboards(String rateInterval) throws IOException {
    List<String> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(K8S.resolve("components/monitoring/dashboards"))) {
      for (Path file : files.sorted().toList()) {
        all.addAll(queries(file));
      }
    }
    return all.stream().map(q -> q.replace("$__rate_interval", rateInterval)).toList();
  }

  /** The expressions of all alerts. */
  static List<String> ofAlerts() throws IOException {
    return queries(K8S.resolve("components/monitoring/alerts.yaml"));
  }

  private static boolean holdsQueries(Path file) {
    String path = K8S.relativize(file).toString();
    return !path.startsWith("target") && path.matches(".*\\.(ya?ml|json)");
  }

  private static List<String> queries(Path file) throws IOException {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return documents.readAll().stream()
          .flatMap(MetricNames::asked)
          .map(query -> query.asString(""))
          .filter(query -> !query.isEmpty() && !query.equals("prometheus"))
          .toList();
    }
  }

  /** Queries, and the metrics that a HorizontalPodAutoscaler names. */
  private static Stream<JsonNode> asked(JsonNode document) {
    return Stream.concat(
        Stream.of("expr", "query").flatMap(key -> document.findValues(key).stream()),
        document.findValues("metric").stream().map(metric -> metric.path("name")));
  }

  /** The names of metrics in a query in PromQL. */
  static Set<String> in(String query) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(NO_NAMES.matcher(query).replaceAll(" "));
    while (matcher.find()) {
      if (!OPERATORS.contains(matcher.group())) {
        names.add(matcher.group());
      }
    }
    return names;
  }
}
