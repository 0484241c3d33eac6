package io.tokenlane.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The outcome of one benchmark.
 *
 * @param bench its name
 * @param machine where it ran
 * @param rows what it found
 */
public record Report(String bench, Machine machine, List<Row> rows) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** One JSON object, as the launcher's {@code --json} prints it. */
  public String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", bench);
    root.set("machine", JSON.valueToTree(machine));
    ArrayNode array = root.putArray("rows");
    rows.forEach(row -> add(array.addObject(), row));
    return root.toString();
  }

  private static void add(ObjectNode node, Row row) {
    node.put("id", row.id());
    node.put("value", row.value());
    node.put("unit", row.unit());
    node.put("goal", row.goal());
    node.put("better", row.better().name().toLowerCase(Locale.ROOT));
    Row.Peer peer = row.peer();
    if (peer == null) {
      node.putNull("peer");
    } else {
      node.putObject("peer").put("name", peer.name()).put("value", peer.value());
    }
    node.put("met", row.met());
    if (row.why() != null) {
      node.put("why", row.why());
    }
  }

  /**
   * What {@link #write} wrote.
   *
   * @throws IOException where there is no such file
   * @throws RuntimeException where it is not one that {@link #write} wrote
   */
  public static Report read(Path file) throws IOException {
    JsonNode root = JSON.readTree(Files.readString(file));
    List<Row> rows = new ArrayList<>();
    root.get("rows").forEach(row -> rows.add(row(row)));
    return new Report(
        root.get("bench").asString(),
        JSON.treeToValue(root.get("machine"), Machine.class),
        List.copyOf(rows));
  }

  private static Row row(JsonNode node) {
    JsonNode peer = node.get("peer");
    return new Row(
        node.get("id").asString(),
        number(node.get("value")),
        node.get("unit").asString(),
        number(node.get("goal")),
        Row.Better.valueOf(node.get("better").asString().toUpperCase(Locale.ROOT)),
        peer.isNull()
            ? null
            : new Row.Peer(peer.get("name").asString(), peer.get("value").asDouble()),
        node.has("why") ? node.get("why").asString() : null);
  }

  private static @Nullable Double number(JsonNode node) {
    return node.isNull() ? null : node.asDouble();
  }

  /** Whether there is anything to draw. */
  boolean drawn() {
    return rows.stream().anyMatch(row -> row.value() != null);
  }

  /** A table for the terminal. */
  public String table() {
    StringBuilder out = new StringBuilder();
    out.append(
        "%s on %s, %d cores, JDK %s%n"
            .formatted(bench, machine.cpu(), machine.cores(), machine.jdk()));
    out.append(
        "%-44s %12s %-10s %10s  %-28s %s%n".formatted("", "median", "unit", "goal", "peer", "met"));
    rows.forEach(row -> out.append(line(row)));
    return out.toString();
  }

  private static String line(Row row) {
    if (row.value() == null) {
      return "%-44s %12s %-10s %s%n".formatted(row.id(), "-", row.unit(), row.why());
    }
    Row.Peer peer = row.peer();
    return "%-44s %12s %-10s %10s  %-28s %s%n"
        .formatted(
            row.id(),
            number(row.value()),
            row.unit(),
            row.goal() == null ? "" : number(row.goal()),
            peer == null ? "" : "%s (%s)".formatted(number(peer.value()), peer.name()),
            row.met() == null ? "" : row.met() ? "yes" : "no");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
  }

  /** Writes {@code NAME.json} and, where there is something to draw, {@code NAME.png}. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(bench + ".json"), json() + "\n");
    if (drawn()) {
      Plot.write(rows, folder.resolve(bench + ".png"));
    }
  }
}
