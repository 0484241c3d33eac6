package io.tokenlane.gateway.compress;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What holds for each route now, checked when it is made. */
final class Policies {
  private final Supplier<Table> now;

  Policies(Supplier<Table> now) {
    this.now = now;
  }

  /** The policies of one configuration. */
  record Table(RoutePolicy common, Map<String, RoutePolicy> own) {
    static Table of(CompressionProperties properties) {
      Map<String, RoutePolicy> own = new HashMap<>();
      properties.routes().keySet().forEach(route -> own.put(route, properties.policy(route)));
      return new Table(properties.policy(), own);
    }
  }

  RoutePolicy of(String route) {
    Table table = now.get();
    return table.own().getOrDefault(route, table.common());
  }
}
