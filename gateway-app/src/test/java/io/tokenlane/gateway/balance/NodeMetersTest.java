package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What alerts rest on. */
final class NodeMetersTest {
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);

  private static Node node(int number) {
    return new Node("n" + number, URI.create("http://127.0.0.1:" + (9000 + number)), 1, 3);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 1", "1, 1, 0", "3, 1, 2"})
  void howManyNodesServeIsToldOfAnEmptyFleetToo(int nodes, int drained, double serving) {
    pool.replace(List.of(node(0), node(1), node(2)).subList(0, nodes));
    List.of("n0", "n1", "n2").subList(0, drained).forEach(pool::drain);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    var _ = new NodeMeters(registry, pool);

    assertThat(registry.get("tokenlane.nodes.serving").gauge().value()).isEqualTo(serving);
  }
}
