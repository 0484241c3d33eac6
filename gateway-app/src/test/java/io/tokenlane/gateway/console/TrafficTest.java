package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.telemetry.PassedRequests.Passed;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the console's charts count. */
final class TrafficTest {
  private final Traffic traffic =
      new Traffic(
          () -> new LimitsProperties(DataSize.ofMegabytes(8), 512, List.of(), List.of(), null));

  private void passed(int status, String outcome) {
    traffic.passed(
        new Passed("id", "GET", "/x", status, outcome, "bypass", "-", 0, 10, 1_000, 2_000_000));
  }

  @Test
  void whatPassedBesideTheFiltersCounts() {
    passed(200, "done");
    passed(0, "cancelled");
    passed(404, "done");
    passed(502, "failed");
    passed(200, "broken");
    ObjectNode pulse = JsonMapper.shared().createObjectNode();
    traffic.tell(pulse);

    assertThat(pulse.path("totals").path("requests").asInt(0)).isEqualTo(5);
    assertThat(pulse.path("totals").path("refused").asInt(0)).isEqualTo(1);
    assertThat(pulse.path("totals").path("failed").asInt(0)).isEqualTo(2);
    assertThat(pulse.path("latency_ms").path("count").asInt(0)).isEqualTo(5);
  }
}
