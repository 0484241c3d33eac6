package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodePool;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.cloud.client.DefaultServiceInstance;

class ServicePoolsTest {
  private final ServicePools pools =
      new ServicePools(
          new Binder(new MapConfigurationPropertySource(Map.of()))
              .bindOrCreate("balance", BalanceProperties.class),
          Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory()));

  @ParameterizedTest
  @CsvSource({"3, 3", "10, 10", "0.5, 0.5", "2.50, 2.5", "0, 1", "-1, 1", "heavy, 1"})
  void weightsAreReadFromMetadata(String told, double weight) {
    DefaultServiceInstance instance =
        new DefaultServiceInstance("a", "shop", "h", 80, false, Map.of("weight", told));
    pools.of("shop").update(List.of(instance), 0);
    NodePool pool = Objects.requireNonNull(pools.all().get("shop"));
    assertThat(pool.nodes().getFirst().weight()).isEqualTo(weight);
  }
}
