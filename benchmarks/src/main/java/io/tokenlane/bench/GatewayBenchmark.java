package io.tokenlane.bench;

import io.tokenlane.bench.gateway.GatewayTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the gateway adds to a request and how much it passes, beside its peers; all of it, or some:
 * {@code --parts=plain,calls,open}.
 */
final class GatewayBenchmark implements Benchmark {
  private static final String PARTS = "--parts=";

  private final Path root;
  private final Set<GatewayTable.Part> parts;

  /**
   * @param parts with commas between, as {@code plain,calls,open}; empty: all
   */
  GatewayBenchmark(Path root, String parts) {
    this.root = root;
    this.parts = parsed(parts);
  }

  /** Takes {@code --parts=PARTS} out of the arguments. */
  static String parts(List<String> arguments) {
    String parts = arguments.stream().filter(a -> a.startsWith(PARTS)).findFirst().orElse(PARTS);
    arguments.remove(parts);
    return parts.substring(PARTS.length());
  }

  private static Set<GatewayTable.Part> parsed(String parts) {
    EnumSet<GatewayTable.Part> some = EnumSet.noneOf(GatewayTable.Part.class);
    for (String name : parts.isEmpty() ? new String[0] : parts.split(",")) {
      some.add(
          Arrays.stream(GatewayTable.Part.values())
              .filter(part -> part.name().equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s%s (expected: some of plain, calls, open)".formatted(PARTS, parts))));
    }
    return some.isEmpty() ? EnumSet.allOf(GatewayTable.Part.class) : some;
  }

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return new GatewayTable(root, quick, parts).rows();
  }
}
