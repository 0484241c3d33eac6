package io.tokenlane.gateway.route;

import java.util.List;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.event.RefreshRoutesEvent;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.handler.predicate.RoutePredicateFactory;
import org.springframework.cloud.gateway.route.RouteDefinitionRouteLocator;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.publisher.Flux;

/** Users' routes as they change. A request that was routed keeps its route to its end. */
@SuppressWarnings("rawtypes") // as Spring declares the factories
final class LiveRoutes {
  private final GatewayProperties running;
  private final List<RoutePredicateFactory> predicates;
  private final List<GatewayFilterFactory> filters;
  private final ConfigurationService making;
  private final ApplicationEventPublisher events;

  LiveRoutes(
      GatewayProperties running,
      List<RoutePredicateFactory> predicates,
      List<GatewayFilterFactory> filters,
      ConfigurationService making,
      ApplicationEventPublisher events) {
    this.running = running;
    this.predicates = predicates;
    this.filters = filters;
    this.making = making;
    this.events = events;
  }

  /** How many there are, all of them made, none in use; fails as a start with them would. */
  int made(RouteList next) {
    return new RouteDefinitionRouteLocator(
            () -> Flux.fromIterable(next.routes()), predicates, filters, next.properties(), making)
        .getRoutes()
        .collectList()
        .blockOptional()
        .map(List::size)
        .orElse(0);
  }

  void take(RouteList next) {
    GatewayProperties properties = next.properties();
    running.setRoutes(properties.getRoutes());
    running.setDefaultFilters(properties.getDefaultFilters());
    events.publishEvent(new RefreshRoutesEvent(this));
  }
}
