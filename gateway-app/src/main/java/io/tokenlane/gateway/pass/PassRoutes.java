package io.tokenlane.gateway.pass;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

/**
 * The routes in the order Spring tries them, as far as a path alone decides. A request passes only
 * where the first route that fits its path is known to fit, and needs nothing done.
 */
final class PassRoutes {
  private static final String ANYTHING = "/**";

  /** Paths that the gateway answers itself, before any route. */
  private static final List<String> OWN = List.of("/tokenlane", "/console", "/v1", "/actuator");

  private final List<Entry> entries = new ArrayList<>();

  /**
   * One route.
   *
   * @param paths literal paths, or prefixes ending with {@code /**}; null where it cannot be told
   *     from the path whether the route fits
   * @param target null where its requests need more than passing
   */
  private record Entry(@Nullable List<String> paths, @Nullable PassTarget target) {
    boolean mayFit(String path) {
      return paths == null || paths.stream().anyMatch(pattern -> fits(pattern, path));
    }
  }

  /**
   * Reads the configured routes.
   *
   * @param needsMore whether something is configured for the route of this id that only the filters
   *     do
   */
  PassRoutes(List<RouteDefinition> routes, Predicate<String> needsMore) {
    routes.stream()
        .sorted(Comparator.comparingInt(RouteDefinition::getOrder))
        .filter(RouteDefinition::isEnabled)
        .forEach(route -> entries.add(entry(route, needsMore)));
  }

  private static Entry entry(RouteDefinition route, Predicate<String> needsMore) {
    List<String> paths = paths(route);
    String id = route.getId();
    URI uri = route.getUri();
    boolean plain = paths != null && route.getFilters().isEmpty() && route.getMetadata().isEmpty();
    if (!plain || id == null || uri == null || needsMore.test(id)) {
      return new Entry(paths, null);
    }
    return new Entry(paths, PassTarget.of(id, uri));
  }

  private static @Nullable List<String> paths(RouteDefinition route) {
    if (route.getPredicates().size() != 1
        || !"Path".equals(route.getPredicates().getFirst().getName())) {
      return null;
    }
    PredicateDefinition predicate = route.getPredicates().getFirst();
    boolean positional =
        predicate.getArgs().keySet().stream().allMatch(name -> name.startsWith("_genkey_"));
    List<String> paths = List.copyOf(predicate.getArgs().values());
    return positional && paths.stream().allMatch(PassRoutes::literal) ? paths : null;
  }

  private static boolean literal(String pattern) {
    String before =
        pattern.endsWith(ANYTHING)
            ? pattern.substring(0, pattern.length() - ANYTHING.length())
            : pattern;
    return pattern.startsWith("/") && before.chars().allMatch(PassPath::plain);
  }

  /** Whether any request may pass at all. */
  boolean isEmpty() {
    return entries.stream().allMatch(entry -> entry.target == null);
  }

  /** Where a plain path goes; null where the filters have to say. */
  @Nullable PassTarget of(String path) {
    for (String own : OWN) {
      if (under(own, path)) {
        return null;
      }
    }
    for (Entry entry : entries) {
      if (entry.mayFit(path)) {
        return entry.target;
      }
    }
    return null;
  }

  /** The route of this id; null where it is none whose requests may pass. */
  @Nullable PassTarget byId(String id) {
    for (Entry entry : entries) {
      if (entry.target != null && entry.target.routeId().equals(id)) {
        return entry.target;
      }
    }
    return null;
  }

  private static boolean fits(String pattern, String path) {
    return pattern.endsWith(ANYTHING)
        ? under(pattern.substring(0, pattern.length() - ANYTHING.length()), path)
        : path.equals(pattern);
  }

  private static boolean under(String prefix, String path) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }
}
