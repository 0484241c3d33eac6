package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodeReport;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads how busy a node is from its metrics in Prometheus' text format: vLLM's names (which
 * SGLang's and others' exporters also use) or llama.cpp's. Values of one name are summed over its
 * labels.
 */
final class Metrics {
  private static final double CACHE_FULL = 0.98;

  private final Map<String, Double> values = new HashMap<>();

  private Metrics(String text) {
    text.lines().filter(line -> !line.startsWith("#")).forEach(this::add);
  }

  /** Empty where the metrics are neither's. */
  static Optional<NodeReport> read(String text) {
    Metrics metrics = new Metrics(text);
    if (metrics.values.containsKey("vllm:num_requests_waiting")) {
      return Optional.of(metrics.ofVllm());
    }
    return metrics.values.containsKey("llamacpp:requests_deferred")
        ? Optional.of(metrics.ofLlamaCpp())
        : Optional.empty();
  }

  private void add(String line) {
    int labels = line.indexOf('{');
    int end = labels < 0 ? line.indexOf(' ') : line.lastIndexOf('}') + 1;
    if (end <= 0) {
      return;
    }
    String name = line.substring(0, labels < 0 ? end : labels);
    String[] rest = line.substring(end).strip().split(" ", 2);
    try {
      double value = Double.parseDouble(rest[0]);
      if (Double.isFinite(value)) {
        values.merge(name, value, Double::sum);
      }
    } catch (NumberFormatException notASample) {
      // A line that is no sample says nothing.
    }
  }

  private double value(String name) {
    return values.getOrDefault(name, 0.0);
  }

  /** It tells waiting requests, not their tokens: each is taken for a prompt of the mean length. */
  private NodeReport ofVllm() {
    double waiting = value("vllm:num_requests_waiting");
    double prompts = value("vllm:request_prompt_tokens_count");
    double mean = prompts == 0 ? 0 : value("vllm:request_prompt_tokens_sum") / prompts;
    double usage = Math.max(value("vllm:kv_cache_usage_perc"), value("vllm:gpu_cache_usage_perc"));
    boolean full = waiting > 0 && usage >= CACHE_FULL;
    return new NodeReport(0, Math.max(0, Math.round(waiting * mean)), full, 1);
  }

  /** While requests are put off, as many are processed as it has slots. */
  private NodeReport ofLlamaCpp() {
    boolean full = value("llamacpp:requests_deferred") > 0;
    int processing = (int) Math.max(0, value("llamacpp:requests_processing"));
    return new NodeReport(full ? processing : 0, 0, full, 1);
  }
}
