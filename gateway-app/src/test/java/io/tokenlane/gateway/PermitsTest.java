package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Resilience4j's parts, configured by a route's name. */
final class PermitsTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private List<Integer> statuses(String path, int requests) {
    return IntStream.range(0, requests).mapToObj(i -> gateway.get(path).statusCode()).toList();
  }

  @Test
  void aRouteThatFailsIsLeftAlone() {
    assertThat(statuses("/fragile/x", 6)).containsExactly(502, 502, 502, 502, 503, 503);
    assertThat(gateway.get("/fragile/x").body()).contains("This route is failing or full.");
  }

  @Test
  void aRouteTakesWhatItsRateAllows() {
    assertThat(statuses("/rated/x", 4)).containsExactly(200, 200, 429, 429);
  }
}
