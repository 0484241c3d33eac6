package io.tokenlane.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All benchmarks of one run in one document, as Markdown and as one HTML file with its plots
 * inside: each figure with its command and peer, and the requirement's own tables beside ours.
 *
 * @param reports those that ended
 * @param took how long each took, in the order in which they ran
 * @param failures why others did not, by name
 */
public record WholeReport(
    Machine machine,
    Instant at,
    boolean quick,
    List<Report> reports,
    List<Took> took,
    Map<String, String> failures) {

  /** How long a benchmark took. */
  public record Took(String bench, Duration time) {
    private List<String> line() {
      return List.of(bench, "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart()));
    }
  }

  /**
   * What became of one benchmark.
   *
   * @param report null where it did not end well
   * @param failure why; empty where it did
   */
  public record Ran(String bench, @Nullable Report report, String failure, Duration took) {
    /** One that ended. */
    public static Ran well(Report report, Duration took) {
      return new Ran(report.bench(), report, "", took);
    }

    /** One that did not. */
    public static Ran badly(String bench, String failure, Duration took) {
      return new Ran(bench, null, failure, took);
    }
  }

  /** Writes {@code report.md} and {@code report.html}, beside the plots it shows. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("report.md"), markdown(folder));
    Files.writeString(folder.resolve("report.html"), html(folder));
  }

  private String markdown(Path folder) throws IOException {
    StringBuilder out = new StringBuilder("# Benchmarks of Tokenlane\n\n");
    out.append(where()).append("\n\n## The requirement beside ours\n");
    Requirement.ALL.forEach(asked -> out.append(markdown(asked)));
    for (Report report : reports) {
      out.append("\n## ").append(report.bench()).append("\n\n`").append(command(report.bench()));
      out.append("`\n\n").append(table(HEAD, lines(report.rows())));
      for (Path picture : pictures(folder, report.bench())) {
        out.append("\n![%s](%s)\n".formatted(report.bench(), picture.getFileName()));
      }
    }
    failures.forEach(
        (name, why) ->
            out.append("\n## %s\n\n`%s`\n\nfailed: %s\n".formatted(name, command(name), why)));
    out.append("\n## How long each took\n\n").append(table(TIMES, times()));
    return out.toString();
  }

  private static final List<String> HEAD =
      List.of("figure", "median", "unit", "goal", "peer in the same run", "met");

  private static final List<String> TIMES = List.of("benchmark", "minutes");

  private List<List<String>> times() {
    return took.stream().map(Took::line).toList();
  }

  private String where() {
    return "%s, %d cores, %d GiB, %s, JDK %s; %s%s."
        .formatted(
            machine.cpu(),
            machine.cores(),
            machine.memoryGib(),
            machine.os(),
            machine.jdk(),
            at,
            quick ? "; quick: less precise" : "");
  }

  private String command(String bench) {
    return "./tokenlane bench " + bench + (quick ? " --quick" : "");
  }

  private String markdown(Requirement asked) {
    return "\n### "
        + asked.title()
        + "\n\n"
        + table(List.of("the requirement", "before", "after"), figures(asked))
        + "\nOurs (`"
        + command(asked.bench())
        + "`):\n\n"
        + table(HEAD, ours(asked));
  }

  private static List<List<String>> figures(Requirement asked) {
    return asked.figures().stream().map(f -> List.of(f.what(), f.before(), f.after())).toList();
  }

  private List<List<String>> ours(Requirement asked) {
    List<Row> rows =
        reports.stream()
            .filter(report -> report.bench().equals(asked.bench()))
            .flatMap(report -> report.rows().stream())
            .filter(asked::covers)
            .toList();
    String failed = failures.get(asked.bench());
    String none = failed == null ? "not measured in this run" : "not measured: " + failed;
    return rows.isEmpty() ? List.of(List.of(none, "–", "", "", "", "")) : lines(rows);
  }

  private static List<List<String>> lines(List<Row> rows) {
    return rows.stream().map(WholeReport::line).toList();
  }

  private static List<String> line(Row row) {
    Row.Peer peer = row.peer();
    String value = row.value() == null ? "– (" + row.why() + ")" : number(row.value());
    String met = row.met() == null ? "" : row.met() ? "yes" : "no";
    return List.of(
        row.id(),
        value,
        row.unit(),
        row.goal() == null
            ? ""
            : (row.better() == Row.Better.HIGHER ? "≥ " : "≤ ") + number(row.goal()),
        peer == null ? "" : number(peer.value()) + " (" + peer.name() + ")",
        met);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
  }

  private static String table(List<String> head, List<List<String>> rows) {
    StringBuilder out = new StringBuilder();
    out.append("| ").append(String.join(" | ", head)).append(" |\n");
    out.append("|---".repeat(head.size())).append("|\n");
    for (List<String> row : rows) {
      List<String> cells = row.stream().map(cell -> cell.replace("|", "\\|")).toList();
      out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
    return out.toString();
  }

  private String html(Path folder) throws IOException {
    StringBuilder out = new StringBuilder(HtmlPage.BEGIN);
    out.append("<p>").append(HtmlPage.text(where())).append("</p>\n");
    out.append("<h2>The requirement beside ours</h2>\n");
    for (Requirement asked : Requirement.ALL) {
      out.append("<h3>").append(HtmlPage.text(asked.title())).append("</h3>\n<div class=pair>");
      out.append(HtmlPage.table(List.of("the requirement", "before", "after"), figures(asked)));
      out.append(HtmlPage.table(HEAD, ours(asked))).append("</div>\n");
    }
    for (Report report : reports) {
      out.append("<h2>").append(HtmlPage.text(report.bench())).append("</h2>\n<p><code>");
      out.append(HtmlPage.text(command(report.bench()))).append("</code></p>\n");
      out.append(HtmlPage.table(HEAD, lines(report.rows())));
      for (Path picture : pictures(folder, report.bench())) {
        out.append(plot(picture, report.bench()));
      }
    }
    failures.forEach(
        (name, why) ->
            out.append(
                "<h2>%s</h2>\n<p><code>%s</code></p>\n<p>failed: %s</p>\n"
                    .formatted(name, HtmlPage.text(command(name)), HtmlPage.text(why))));
    out.append("<h2>How long each took</h2>\n").append(HtmlPage.table(TIMES, times()));
    return out.append(HtmlPage.END).toString();
  }

  /** Of one benchmark, its own ones behind the one that each has. */
  private static List<Path> pictures(Path folder, String bench) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> picture(bench).matcher(file.getFileName().toString()).matches())
          .sorted(Comparator.comparingInt(file -> file.getFileName().toString().length()))
          .toList();
    }
  }

  private static Pattern picture(String bench) {
    return Pattern.compile(Pattern.quote(bench) + "(-.*)?\\.png");
  }

  private static String plot(Path picture, String name) throws IOException {
    return "<img alt=\"plot of %s\" src=\"data:image/png;base64,%s\">\n"
        .formatted(name, Base64.getEncoder().encodeToString(Files.readAllBytes(picture)));
  }

  /** The same, with one more benchmark. */
  public WholeReport with(Ran ran) {
    List<Report> more = new ArrayList<>(reports);
    List<Took> times = new ArrayList<>(took);
    Map<String, String> bad = new TreeMap<>(failures);
    times.add(new Took(ran.bench(), ran.took()));
    if (ran.report() == null) {
      bad.put(ran.bench(), ran.failure());
    } else {
      more.add(ran.report());
    }
    return new WholeReport(machine, at, quick, more, times, bad);
  }
}
