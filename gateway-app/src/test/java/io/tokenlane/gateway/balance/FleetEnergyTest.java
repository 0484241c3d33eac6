package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeReport;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetEnergyTest {
  private static final NodeReport REPORT = new NodeReport(8, 0, false, 1);

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final FleetEnergy fleet = new FleetEnergy(pool);

  @Test
  void theThriftyNodeGetsTheCallsWhileItIsFree() {
    pool.replace(List.of(node("hungry"), node("silent"), node("thrifty")));
    fleet.told("hungry", new LoadHeader.Told(REPORT, 0.9));
    fleet.told("silent", new LoadHeader.Told(REPORT, 0));
    fleet.told("thrifty", new LoadHeader.Told(REPORT, 0.3));
    fleet.told("hungry", new LoadHeader.Told(REPORT, 0.9));

    for (int i = 0; i < 20; i++) {
      assertThat(choose()).isEqualTo("thrifty");
    }
  }

  @Test
  void whatItSaysLaterCounts() {
    pool.replace(List.of(node("one"), node("other")));
    fleet.told("one", new LoadHeader.Told(REPORT, 0.9));
    fleet.told("other", new LoadHeader.Told(REPORT, 0.3));
    assertThat(choose()).isEqualTo("other");

    fleet.told("one", new LoadHeader.Told(REPORT, 0.1));
    fleet.told("other", new LoadHeader.Told(REPORT, 0.3));
    assertThat(choose()).isEqualTo("one");
  }

  private static Node node(String id) {
    return new Node(id, URI.create("http://127.0.0.1:1/" + id));
  }

  private String choose() {
    var lease = pool.acquire(Strategies.named("energy-aware")).orElseThrow();
    lease.ignored();
    return lease.node().id();
  }
}
