package io.tokenlane.gateway.compress;

import java.util.HashMap;
import java.util.Map;

/** What holds for each route, checked when it is made. */
final class Policies {
  private final RoutePolicy common;
  private final Map<String, RoutePolicy> own = new HashMap<>();

  Policies(CompressionProperties properties) {
    this.common = properties.policy();
    properties.routes().keySet().forEach(route -> own.put(route, properties.policy(route)));
  }

  RoutePolicy of(String route) {
    return own.getOrDefault(route, common);
  }
}
