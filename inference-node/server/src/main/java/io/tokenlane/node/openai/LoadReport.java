package io.tokenlane.node.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenlane.engine.EngineStats;

/**
 * How busy the node is, as an ORCA load report in JSON (xds.data.orca.v3.OrcaLoadReport), which the
 * response header {@value #HEADER} carries behind the word {@code JSON} and {@code /load} as body.
 *
 * @param applicationUtilization the scarcer of batch slots and KV cache, 0 to 1; above 1 while
 *     sequences wait
 * @param memUtilization share of the KV cache in use, 0 to 1
 */
record LoadReport(double applicationUtilization, double memUtilization, NamedMetrics namedMetrics) {
  static final String HEADER = "endpoint-load-metrics";

  /**
   * @param joulesPerToken energy of a token of late; 0 if there was none yet
   */
  static LoadReport of(EngineStats stats, double joulesPerToken) {
    double slots = (double) (stats.running() + stats.waiting()) / Math.max(1, stats.maxRunning());
    return new LoadReport(
        Math.max(slots, stats.kvUsage()),
        stats.kvUsage(),
        new NamedMetrics(
            stats.running(),
            stats.waiting(),
            stats.maxRunning(),
            stats.kvUsage(),
            stats.kvBlocks(),
            joulesPerToken));
  }

  /** What endpoint pickers read, under the names of vLLM's metrics. */
  record NamedMetrics(
      @JsonProperty("num_requests_running") int running,
      @JsonProperty("num_requests_waiting") int waiting,
      @JsonProperty("max_requests_running") int maxRunning,
      @JsonProperty("kv_cache_usage_perc") double kvUsage,
      @JsonProperty("kv_cache_blocks") int kvBlocks,
      @JsonProperty("joules_per_token") double joulesPerToken) {}
}
