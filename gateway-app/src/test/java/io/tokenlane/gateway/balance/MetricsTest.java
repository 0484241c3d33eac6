package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodeReport;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void readsVllm() {
    String text =
        """
        # HELP vllm:num_requests_waiting Number of requests waiting to be processed.
        # TYPE vllm:num_requests_waiting gauge
        vllm:num_requests_running{engine="0",model_name="m {1}"} 8.0
        vllm:num_requests_waiting{engine="0",model_name="m"} 2.0
        vllm:num_requests_waiting{engine="1",model_name="m"} 1.0
        vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.985
        vllm:request_prompt_tokens_sum{engine="0"} 5000.0 1790000000000
        vllm:request_prompt_tokens_count{engine="0"} 10.0
        vllm:time_to_first_token_seconds_sum{engine="0"} NaN
        """;
    assertThat(Metrics.read(text)).hasValue(new NodeReport(0, 1_500, true, 1));
  }

  @Test
  void vllmWithRoomInItsCacheIsNotFull() {
    String text = "vllm:num_requests_waiting 2\nvllm:gpu_cache_usage_perc 0.5\n";
    assertThat(Metrics.read(text)).hasValue(new NodeReport(0, 0, false, 1));
  }

  @Test
  void readsLlamaCpp() {
    String busy = "llamacpp:requests_processing 4\nllamacpp:requests_deferred 3\n";
    assertThat(Metrics.read(busy)).hasValue(new NodeReport(4, 0, true, 1));
    String idle = "llamacpp:requests_processing 1\nllamacpp:requests_deferred 0\n";
    assertThat(Metrics.read(idle)).hasValue(new NodeReport(0, 0, false, 1));
  }

  @Test
  void othersSayNothing() {
    assertThat(Metrics.read("go_goroutines 12\n{\"not\": \"metrics\"}\n")).isEmpty();
    assertThat(Metrics.read("")).isEmpty();
  }
}
