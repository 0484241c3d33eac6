package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.route.RouteList;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

class StrangersTest {
  @Test
  void whatIsSetForARouteThatIsNotThereIsTold() {
    RouteDefinition shop = new RouteDefinition();
    shop.setId("shop");
    shop.setUri(URI.create("lb://shop"));
    shop.setPredicates(List.of(new PredicateDefinition("Path=/shop/**")));
    Map<String, String> set =
        Map.of(
            "balance.routes.shop", "ip-hash",
            "balance.routes.tokenlane-nodes", "ewma",
            "balance.routes.shpo", "ip-hash",
            "balance.keys.[a.b]", "key");
    BalanceProperties balance =
        new Binder(new MapConfigurationPropertySource(set))
            .bindOrCreate("balance", BalanceProperties.class);

    assertThat(Strangers.of(balance, new RouteList(List.of(shop), List.of())))
        .hasSize(2)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("tokenlane.balance.keys.a.b: no such route (expected: one of ["))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("tokenlane.balance.routes.shpo: no such route (expected: one of [")
                    .contains("shop", "tokenlane-nodes"));
  }
}
