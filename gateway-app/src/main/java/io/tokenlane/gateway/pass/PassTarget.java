package io.tokenlane.gateway.pass;

import io.tokenlane.gateway.route.RouteConfig;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of one plain route go.
 *
 * @param routeId the route
 * @param origin the app that has them all; null where each goes to a leased node
 * @param habit whether they pass
 */
record PassTarget(String routeId, @Nullable PassOrigin origin, Habit habit) {

  /** Of the route's URI; null where it is neither plain HTTP without a path nor the nodes. */
  static @Nullable PassTarget of(String routeId, URI uri) {
    if (RouteConfig.NODE_SCHEME.equals(uri.getScheme())) {
      return new PassTarget(routeId, null, new Habit());
    }
    PassOrigin origin = PassOrigin.of(uri);
    return origin == null || !origin.prefix().isEmpty()
        ? null
        : new PassTarget(routeId, origin, new Habit());
  }
}
