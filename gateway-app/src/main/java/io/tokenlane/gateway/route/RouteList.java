package io.tokenlane.gateway.route;

import java.util.ArrayList;
import java.util.List;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

/**
 * {@code spring.cloud.gateway.server.webflux}: users' routes, as a value.
 *
 * @param routes in order of the file
 * @param defaultFilters of every route
 */
public record RouteList(List<RouteDefinition> routes, List<FilterDefinition> defaultFilters) {

  /** Copies the lists; a route without an id is known by its place. */
  public RouteList {
    routes = List.copyOf(routes);
    defaultFilters = List.copyOf(defaultFilters);
    for (int i = 0; i < routes.size(); i++) {
      RouteDefinition route = routes.get(i);
      String place = "routes[" + i + "]";
      require(route.getUri() != null, place + ".uri: missing (expected: a URI)");
      require(
          !route.getPredicates().isEmpty(),
          place + ".predicates: missing (expected: at least one)");
      if (route.getId() == null) {
        route.setId(place);
      }
    }
  }

  private static void require(boolean sound, String complaint) {
    if (!sound) {
      throw new IllegalArgumentException(GatewayProperties.PREFIX + "." + complaint);
    }
  }

  /** What was bound. */
  public static RouteList of(GatewayProperties bound) {
    return new RouteList(bound.getRoutes(), bound.getDefaultFilters());
  }

  /** As Spring takes it. */
  GatewayProperties properties() {
    GatewayProperties properties = new GatewayProperties();
    properties.setRoutes(new ArrayList<>(routes));
    properties.setDefaultFilters(new ArrayList<>(defaultFilters));
    return properties;
  }

  /** Ids of the routes that are not the same there. */
  public List<String> changedIn(RouteList next) {
    return routes.stream()
        .filter(route -> route.getId() != null && !next.routes.contains(route))
        .map(RouteDefinition::getId)
        .toList();
  }
}
