package io.tokenlane.gateway.balance;

import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.Demand;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import io.tokenlane.balance.Place;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.error.ApiException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Turns a request into what the pool asks of it, and the pool's answer into a lease or an error.
 */
final class Leasing {
  private static final int HIGHEST_PRIORITY = 10;
  private static final String CREDENTIAL = "key";
  private static final String HEADER = "header:";
  private static final String COOKIE = "cookie:";

  private final BlockIndex index;
  private final ModelCatalog catalog;
  private final Supplier<Way> way;

  /** Chooses in the way that holds when a request comes. */
  Leasing(BlockIndex index, ModelCatalog catalog, Supplier<Way> way) {
    this.index = index;
    this.catalog = catalog;
    this.way = way;
  }

  /** How nodes are chosen. */
  record Way(
      BalancingStrategy strategy,
      Map<String, BalancingStrategy> routes,
      String key,
      Map<String, String> keys,
      Duration patience) {
    BalancingStrategy strategy(String route) {
      return routes.getOrDefault(route, strategy);
    }

    /** What is hashed. */
    String key(String route) {
      return keys.getOrDefault(route, key);
    }

    static Way of(BalanceProperties properties) {
      return new Way(
          properties.named(properties.strategy()),
          properties.routes().entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, e -> properties.named(e.getValue()))),
          properties.key(),
          properties.keys(),
          properties.maxWait());
    }
  }

  /**
   * What a node is wanted for.
   *
   * @param route the route's id
   * @param cookies the value of the cookie of this name
   * @param tried ids of nodes that had the request already
   * @param unfit ids of nodes that do not have its model, or are on standby
   */
  record Asked(
      Trail trail,
      String route,
      HttpHeaders headers,
      Function<String, @Nullable String> cookies,
      Set<String> tried,
      Set<String> unfit) {

    static Asked of(ServerWebExchange exchange, Set<String> tried, Set<String> unfit) {
      Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
      return new Asked(
          Trail.of(exchange),
          route.getId(),
          exchange.getRequest().getHeaders(),
          name -> {
            HttpCookie cookie = exchange.getRequest().getCookies().getFirst(name);
            return cookie == null ? null : cookie.getValue();
          },
          Set.copyOf(tried),
          Set.copyOf(unfit));
    }

    private Demand demand(String key, Demand.Prompt prompt) {
      return new Demand(hashed(key, client()), tried, unfit, prompt);
    }

    private Client client() {
      return new Client(
          headers::getFirst,
          cookies,
          trail.principal().map(Principal::id).orElse(null),
          trail.client().orElse(null));
    }
  }

  /**
   * What a client can be told by.
   *
   * @param fields the value of a header field
   * @param cookies the value of a cookie
   * @param credential the id of who it has proved to be
   */
  private record Client(
      Function<String, @Nullable String> fields,
      Function<String, @Nullable String> cookies,
      @Nullable String credential,
      @Nullable String address) {}

  /** The nodes that do not have the model asked for, while others do. */
  Set<String> lacking(Trail trail) {
    return trail.call().map(call -> catalog.lacking(call.model())).orElse(Set.of());
  }

  /** A node, now or when one has a slot; a cancelled wait holds nothing. */
  Mono<Lease> lease(LateBinding line, Asked asked) {
    return Mono.create(sink -> lease(line, asked, sink));
  }

  /** A node that has a slot now; empty where none has. */
  Optional<Lease> free(LateBinding line, Asked asked) {
    CompletableFuture<Lease> future = future(line, asked);
    if (!future.isDone() && !future.cancel(false)) {
      var _ = future.thenAccept(Lease::ignored);
      return Optional.empty();
    }
    return future.isCompletedExceptionally() ? Optional.empty() : Optional.of(future.join());
  }

  private void lease(LateBinding line, Asked asked, MonoSink<Lease> sink) {
    CompletableFuture<Lease> future = future(line, asked);
    sink.onCancel(
        () -> {
          if (!future.cancel(false)) {
            var _ = future.thenAccept(Lease::ignored);
          }
        });
    var _ =
        future.whenComplete(
            (lease, failure) -> {
              if (lease != null) {
                sink.success(lease);
              } else {
                sink.error(failure);
              }
            });
  }

  private CompletableFuture<Lease> future(LateBinding line, Asked asked) {
    Trail trail = asked.trail();
    Demand.Prompt prompt = trail.call().map(this::shape).orElse(Demand.Prompt.NONE);
    Way now = way.get();
    Demand demand = asked.demand(now.key(asked.route()), prompt);
    BalancingStrategy chosen = now.strategy(asked.route());
    PickReason reason = PickReason.before(line, chosen, demand, trail);
    CompletableFuture<Lease> future = line.lease(chosen, demand, place(trail, now.patience()));
    if (trail.isWatched(Attention.DECISIONS)) {
      var _ = future.thenAccept(lease -> trail.decided(() -> reason.of(lease)));
    }
    return future;
  }

  /**
   * A node for a request of which nothing is known but where it comes from; see {@link #lease}.
   *
   * @param fields the value of a header field; null where it is missing
   * @param client its address
   */
  CompletableFuture<Lease> plain(
      LateBinding line,
      String route,
      Function<String, @Nullable String> fields,
      String client,
      Set<String> tried) {
    Way now = way.get();
    Client known = new Client(fields, name -> null, null, client);
    return line.lease(
        now.strategy(route),
        Demand.keyed(hashed(now.key(route), known)).without(tried),
        new Place(0, client, now.patience()));
  }

  /** Whether requests of the route have their nodes by a cookie. */
  boolean byCookie(String route) {
    return way.get().key(route).startsWith(COOKIE);
  }

  /** A node for a call that has not come yet, behind all that have. */
  CompletableFuture<Lease> ahead(LateBinding line, InferenceCall call, String route) {
    Demand demand = Demand.PLAIN.unfit(catalog.lacking(call.model())).prompt(shape(call));
    Way now = way.get();
    Place last = new Place(-HIGHEST_PRIORITY, "", now.patience());
    return line.lease(now.strategy(route), demand, last);
  }

  private Demand.Prompt shape(InferenceCall call) {
    PromptShape shape = PromptShape.of(call);
    return shape.prompt().with(index.find(shape.beginnings()));
  }

  private static Place place(Trail trail, Duration patience) {
    String tenant =
        trail.principal().map(who -> who.tenant()).orElseGet(() -> trail.client().orElse(""));
    return new Place(trail.call().map(Leasing::priority).orElse(0), tenant, patience);
  }

  private static int priority(InferenceCall call) {
    int asked = call.body().path("tokenlane").path("priority").asInt(0);
    return Math.clamp(asked, -HIGHEST_PRIORITY, HIGHEST_PRIORITY);
  }

  private static @Nullable String hashed(String key, Client client) {
    if (key.startsWith(HEADER)) {
      return client.fields().apply(key.substring(HEADER.length()));
    }
    if (key.equals(CREDENTIAL)) {
      return client.credential();
    }
    return key.startsWith(COOKIE)
        ? client.cookies().apply(key.substring(COOKIE.length()))
        : client.address();
  }

  static ApiException noNode() {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE,
        "no_node_available",
        "No inference node is available. Try again in a moment.");
  }

  /**
   * What the client is told where the last node that may be asked refused, or was not even asked.
   */
  static ApiException allRefused() {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE,
        "nodes_busy",
        "All inference nodes are busy or failing. Try again in a moment.");
  }

  /** What the client is told where there was no node. */
  static ApiException refusal(NoSlotException none) {
    return switch (none.reason()) {
      case NO_NODE -> noNode();
      case LINE_FULL, TOO_LATE ->
          new ApiException(
                  HttpStatus.SERVICE_UNAVAILABLE,
                  "all_nodes_busy",
                  "All inference nodes are busy. Try again in a moment.")
              .withField("Retry-After", "1");
    };
  }
}
