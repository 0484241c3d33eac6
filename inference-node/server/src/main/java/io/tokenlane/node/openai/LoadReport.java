package io.tokenlane.node.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenlane.engine.EngineStats;
import io.tokenlane.engine.run.Effort;
import org.jspecify.annotations.Nullable;

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
   * @param thinking what became of watched reasoning
   */
  static LoadReport of(EngineStats stats, double joulesPerToken, ReasoningMeters.Sum thinking) {
    Effort.Counts effort = stats.effort();
    double rows = effort.exited() + effort.drafted() > 0 ? (double) effort.rows() : 0;
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
            joulesPerToken,
            share((double) effort.layers(), rows),
            share((double) effort.exited(), rows),
            share((double) effort.accepted(), (double) effort.drafted()),
            share(thinking.cut(), thinking.ended()),
            share(thinking.tokens(), thinking.ended())));
  }

  private static @Nullable Double share(double part, double all) {
    return all == 0 ? null : part / all;
  }

  /**
   * What endpoint pickers read, under the names of vLLM's metrics; then what adaptive inference did
   * since the start, where it was used.
   *
   * @param meanLayers layers that a generated token went through
   * @param earlyExitShare share of generated tokens that left before the last layer
   * @param draftsRightShare share of drafted tokens that were right
   * @param reasoningCutShare share of watched reasonings that a rule or budget ended
   * @param meanReasoningTokens tokens of a watched reasoning
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record NamedMetrics(
      @JsonProperty("num_requests_running") int running,
      @JsonProperty("num_requests_waiting") int waiting,
      @JsonProperty("max_requests_running") int maxRunning,
      @JsonProperty("kv_cache_usage_perc") double kvUsage,
      @JsonProperty("kv_cache_blocks") int kvBlocks,
      @JsonProperty("joules_per_token") double joulesPerToken,
      @JsonProperty("mean_layers") @Nullable Double meanLayers,
      @JsonProperty("early_exit_share") @Nullable Double earlyExitShare,
      @JsonProperty("drafts_right_share") @Nullable Double draftsRightShare,
      @JsonProperty("reasoning_cut_share") @Nullable Double reasoningCutShare,
      @JsonProperty("mean_reasoning_tokens") @Nullable Double meanReasoningTokens) {}
}
