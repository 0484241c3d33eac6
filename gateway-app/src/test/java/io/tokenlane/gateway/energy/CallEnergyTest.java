package io.tokenlane.gateway.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.prefetch.http.CacheStatus;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

class CallEnergyTest {
  private static final Map<String, Double> TOLD = Map.of("node", 0.5);

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final CallEnergy energy = new CallEnergy(id -> TOLD.getOrDefault(id, 0.0));

  private static Trail trail() {
    return Trail.start(
        MockServerWebExchange.from(MockServerHttpRequest.post("/v1/chat/completions")), "id", 0);
  }

  private Trail answeredBy(String node, Usage usage) {
    pool.replace(List.of(new Node(node, URI.create("http://127.0.0.1:1"))));
    Trail trail = trail();
    trail.leased(pool.acquire(Strategies.named("ewma")).orElseThrow(), () -> false, 1);
    trail.used(usage);
    trail.closeLease(200, Trail.End.DONE);
    return trail;
  }

  private void end(Trail trail) {
    energy.ended(new Ending(trail, "POST", "/v1/chat/completions", 200, "done", 9, 2));
  }

  @Test
  void tokensThatANodeComputedCountAsItTells() {
    end(answeredBy("node", new Usage(100, 60, 20, true)));

    assertThat(energy.joules()).isCloseTo((100 - 60 + 20) * 0.5, within(1e-9));
  }

  @Test
  void whatNobodyComputedOrToldCountsNothing() {
    end(answeredBy("silent", new Usage(100, 0, 20, true)));
    Trail stored = trail();
    stored.used(new Usage(100, 0, 20, true));
    end(stored);

    assertThat(energy.joules()).isZero();
  }

  @Test
  void whatManyWaitedForWasComputedOnce() {
    Trail fetch = answeredBy("node", new Usage(10, 0, 10, true));
    Trail asked = trail();
    asked.ridesOn(fetch);
    Trail waited = trail();
    waited.ridesOn(fetch);
    waited.cached(CacheStatus.forward(CacheStatus.Forward.MISS).asCollapsed());
    end(asked);
    end(waited);

    assertThat(energy.joules()).isCloseTo(10, within(1e-9));
  }

  @Test
  void whatRenewsAStoredAnswerCounts() {
    energy.renewed(answeredBy("node", new Usage(10, 0, 10, true)));

    assertThat(energy.joules()).isCloseTo(10, within(1e-9));
  }

  @Test
  void gramsAreForTenThousandRequests() {
    // 3.6 MJ, one kilowatt-hour, for 40,000 requests at 300 g.
    assertThat(new CarbonShare(() -> 3.6e6, () -> 40_000, () -> 300).grams())
        .isCloseTo(75, within(1e-9));
    assertThat(new CarbonShare(() -> 3.6e6, () -> 0, () -> 300).grams()).isZero();
    assertThat(new CarbonShare(() -> 3.6e6, () -> 40_000, () -> 0).grams()).isZero();
  }
}
