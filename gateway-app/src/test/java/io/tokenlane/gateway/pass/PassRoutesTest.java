package io.tokenlane.gateway.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;

/** The path alone decides as it does for Spring. */
final class PassRoutesTest {
  private final PassRoutes routes =
      new PassRoutes(List.of(route("one", "/one"), route("all", "/all/**")), id -> false);

  private static RouteDefinition route(String id, String path) {
    RouteDefinition route = new RouteDefinition();
    route.setId(id);
    route.setUri(URI.create("http://app:80"));
    route.setPredicates(List.of(new PredicateDefinition("Path=" + path)));
    return route;
  }

  @ParameterizedTest
  @CsvSource({"/one, one", "/one/,", "/one/two,", "/all, all", "/all/, all", "/all/two, all"})
  void aPathGoesWhereItsPatternFits(String path, String route) {
    PassTarget target = routes.of(path);

    assertThat(target == null ? null : target.routeId()).isEqualTo(route);
  }
}
