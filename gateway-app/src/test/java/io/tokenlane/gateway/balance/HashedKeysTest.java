package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.catalog.ModelCatalog;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

/** What sessions are kept by, for each route. */
class HashedKeysTest {
  private static final Map<String, String> KEYS =
      Map.of("shop", "cookie:sid", "api", "header:x-session", "keyed", "key");

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final LateBinding line = new LateBinding(pool, 10);
  private final Leasing leasing =
      new Leasing(
          new BlockIndex(),
          new ModelCatalog(),
          () ->
              new Leasing.Way(
                  Strategies.named("ip-hash"), Map.of(), "ip", KEYS, Duration.ofSeconds(1)));

  HashedKeysTest() {
    pool.replace(
        IntStream.range(0, 8)
            .mapToObj(i -> new Node("n" + i, URI.create("http://n" + i)))
            .toList());
  }

  /** The node of a request by one client, of which only one trait is not the same each time. */
  private String node(String route, String session, String trait) {
    Trail trail = Trail.start(MockServerWebExchange.from(MockServerHttpRequest.get("/")), "id", 0);
    trail.from(trait.equals("ip") ? session : "192.0.2.1");
    trail.proved(new Principal(trait.equals("key") ? session : "key:1", "acme", Set.of()));
    HttpHeaders headers = new HttpHeaders();
    headers.set("x-session", trait.equals("header") ? session : "always");
    String cookie = trait.equals("cookie") ? session : "always";
    Leasing.Asked asked =
        new Leasing.Asked(
            trail, route, headers, name -> name.equals("sid") ? cookie : null, Set.of(), Set.of());
    Lease lease = leasing.free(line, asked).orElseThrow();
    lease.ignored();
    return lease.node().id();
  }

  @ParameterizedTest
  @CsvSource({"shop, cookie", "api, header", "keyed, key", "other, ip"})
  void eachRouteKeepsSessionsByItsOwnKeyAndByNothingElse(String route, String trait) {
    Set<String> nodes = new HashSet<>();
    for (int session = 0; session < 40; session++) {
      String first = node(route, "s" + session, trait);
      assertThat(node(route, "s" + session, trait)).isEqualTo(first);
      nodes.add(first);
    }
    assertThat(nodes).hasSizeGreaterThan(5);
    for (String other : List.of("cookie", "header", "key", "ip")) {
      if (!other.equals(trait)) {
        assertThat(node(route, "s1", other)).isEqualTo(node(route, "s2", other));
      }
    }
  }

  @Test
  void plainRequestsAreHashedByAFieldOrTheAddressToo() {
    assertThat(plain("api", "a", "192.0.2.1")).isEqualTo(plain("api", "a", "192.0.2.2"));
    Set<String> nodes = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      nodes.add(plain("other", "a", "192.0.2." + i));
    }
    assertThat(nodes).hasSizeGreaterThan(5);
    assertThat(leasing.byCookie("shop")).isTrue();
    assertThat(leasing.byCookie("api")).isFalse();
  }

  private String plain(String route, String session, String client) {
    Lease lease =
        leasing
            .plain(line, route, name -> name.equals("x-session") ? session : null, client, Set.of())
            .join();
    lease.ignored();
    return lease.node().id();
  }
}
