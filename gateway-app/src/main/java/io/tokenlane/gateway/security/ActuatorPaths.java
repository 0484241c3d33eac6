package io.tokenlane.gateway.security;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.http.server.PathContainer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which requests are to the actuator, found as it finds its endpoints itself: however the path is
 * written. Below a path of its own all are; at the root of its port, those to one of its endpoints.
 */
final class ActuatorPaths implements Predicate<ServerWebExchange> {
  private final String base;
  private final Supplier<Collection<String>> endpoints;
  private final Predicate<ServerWebExchange> atItsPort;
  private volatile List<PathPattern> patterns = List.of();

  /**
   * @param base as {@code /actuator}; empty or {@code /}: the root
   * @param endpoints paths of the endpoints, asked when the first request comes
   * @param atItsPort whether a request came in where the actuator listens
   */
  ActuatorPaths(
      String base, Supplier<Collection<String>> endpoints, Predicate<ServerWebExchange> atItsPort) {
    this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    this.endpoints = endpoints;
    this.atItsPort = atItsPort;
  }

  @Override
  public boolean test(ServerWebExchange exchange) {
    PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
    return (!base.isEmpty() || atItsPort.test(exchange))
        && patterns().stream().anyMatch(pattern -> pattern.matches(path));
  }

  private List<PathPattern> patterns() {
    if (patterns.isEmpty()) {
      Collection<String> paths = base.isEmpty() ? endpoints.get() : List.of(base);
      patterns =
          paths.stream()
              .map(path -> PathPatternParser.defaultInstance.parse(path + "/**"))
              .toList();
    }
    return patterns;
  }
}
