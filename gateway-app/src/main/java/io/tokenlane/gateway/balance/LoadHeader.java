package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodeReport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the response header {@value #NAME}: an ORCA load report behind the word {@code JSON}, as
 * our nodes send it (docs/contracts/load.json). Reports in ORCA's other forms (TEXT, BIN), and
 * headers that are no reports, say nothing.
 */
final class LoadHeader {
  static final String NAME = "endpoint-load-metrics";

  private static final String JSON = "JSON ";
  private static final double CACHE_FULL = 0.98;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private LoadHeader() {}

  /**
   * A report, and what a token takes there.
   *
   * @param joulesPerToken &ge; 0; 0 if the node does not say
   */
  record Told(NodeReport report, double joulesPerToken) {}

  static Optional<Told> read(@Nullable String header) {
    return header == null || !header.startsWith(JSON)
        ? Optional.empty()
        : json(header.substring(JSON.length()));
  }

  /** The same report as the body of {@code /load}; empty where it is none. */
  static Optional<Told> json(String json) {
    try {
      JsonNode orca = MAPPER.readTree(json);
      return orca.has("named_metrics") ? Optional.of(report(orca)) : Optional.empty();
    } catch (JacksonException notOurs) {
      return Optional.empty();
    }
  }

  private static Told report(JsonNode orca) {
    JsonNode named = orca.path("named_metrics");
    boolean waits = named.path("num_requests_waiting").asInt(0) > 0;
    boolean full = waits && orca.path("mem_utilization").asDouble(0) >= CACHE_FULL;
    NodeReport report =
        new NodeReport(
            Math.max(0, named.path("max_requests_running").asInt(0)),
            Math.max(0, named.path("num_tokens_waiting").asLong(0)),
            full,
            1);
    double joules = named.path("joules_per_token").asDouble(0);
    return new Told(report, joules > 0 && Double.isFinite(joules) ? joules : 0);
  }
}
