package io.tokenlane.gateway.resilience;

import io.tokenlane.gateway.route.RouteConfig;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.resilience}. Circuit breakers, bulkheads, rate limiters and retries are
 * Resilience4j's, under {@code resilience4j.*.instances.NAME}, where NAME is a route's or a node's
 * id.
 *
 * @param routes time limits by route id; {@code tokenlane-nodes} is the route of model calls. Not
 *     set: first byte 60 s, idle 60 s, total 10 min for model calls, none for others
 * @param fallbackModels the model that is asked where no node answered for the one that was asked
 * @param adaptive the concurrency limit of model calls
 */
public record ResilienceProperties(
    @DefaultValue Map<String, TimeLimits> routes,
    @DefaultValue Map<String, String> fallbackModels,
    @DefaultValue Adaptive adaptive) {

  private static final TimeLimits MODEL_CALLS =
      new TimeLimits(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofMinutes(10));

  /** Copies. */
  public ResilienceProperties {
    routes = Map.copyOf(routes);
    fallbackModels = Map.copyOf(fallbackModels);
  }

  TimeLimits of(String routeId) {
    TimeLimits inherited = routeId.equals(RouteConfig.NODES_ROUTE) ? MODEL_CALLS : TimeLimits.NONE;
    TimeLimits set = routes.get(routeId);
    return set == null ? inherited : set.or(inherited);
  }

  /**
   * {@code tokenlane.resilience.adaptive}: how many model calls may wait for the first byte of
   * their answers, learned from how that time grows with them. Streams that have begun do not
   * count.
   *
   * @param enabled default true
   * @param initial limit at the start; min to max, default 1000
   * @param min never less; ≥ 1, default 50
   * @param max never more; ≥ min, default 10000
   */
  public record Adaptive(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("1000") int initial,
      @DefaultValue("50") int min,
      @DefaultValue("10000") int max) {

    /** Checks the ranges. */
    public Adaptive {
      if (min < 1) {
        throw new IllegalArgumentException("min: " + min + " (expected: >= 1)");
      }
      if (max < min) {
        throw new IllegalArgumentException("max: " + max + " (expected: >= min " + min + ")");
      }
      if (initial < min || initial > max) {
        throw new IllegalArgumentException(
            "initial: " + initial + " (expected: " + min + " to " + max + ")");
      }
    }
  }
}
