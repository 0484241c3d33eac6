package io.tokenlane.gateway.balance;

import io.tokenlane.gateway.route.RouteConfig;
import io.tokenlane.gateway.route.RouteList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.route.RouteDefinition;

/**
 * Strategies and keys for routes that no file has. Most likely a name was written wrong; but a
 * discovery client may bring the route later, so it is only told.
 */
final class Strangers {
  private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

  private Strangers() {}

  static void tell(BalanceProperties balance, RouteList routes) {
    of(balance, routes).forEach(LOG::warn);
  }

  static List<String> of(BalanceProperties balance, RouteList routes) {
    Set<String> known =
        Stream.concat(
                Stream.of(RouteConfig.NODES_ROUTE),
                routes.routes().stream().map(RouteDefinition::getId))
            .collect(Collectors.toSet());
    return Stream.concat(
            balance.routes().keySet().stream().map(id -> "routes." + id),
            balance.keys().keySet().stream().map(id -> "keys." + id))
        .filter(name -> !known.contains(name.substring(name.indexOf('.') + 1)))
        .sorted()
        .map(
            name ->
                "tokenlane.balance." + name + ": no such route (expected: one of " + known + ")")
        .toList();
  }
}
