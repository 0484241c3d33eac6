package io.tokenlane.gateway.pass;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.tokenlane.gateway.balance.NodeTurns;
import io.tokenlane.gateway.resilience.NodeGuards;
import io.tokenlane.gateway.resilience.Watchman;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.CacheStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What all connections share: which requests pass, connections upstream, and who is told. */
final class Passing {
  /** A body that is held until it is whole. */
  static final int LARGEST_BODY = 64 * 1024;

  private static final String UNSAFE = CacheStatus.forward(CacheStatus.Forward.METHOD).render();
  private static final String OFF =
      CacheStatus.forward(CacheStatus.Forward.BYPASS).withDetail("off").render();
  private static final String PASSED =
      CacheStatus.forward(CacheStatus.Forward.BYPASS).withDetail("passed").render();

  private final Map<EventLoop, UpstreamConnections> connections = new ConcurrentHashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final PassRules rules;
  private final AnswerCache cache;
  private final PassedRequests told;
  private final UpstreamConnections.Connecting connecting;
  private final Nodes nodes;
  private volatile boolean stopped;

  /** What requests of the nodes need. */
  record Nodes(NodeTurns turns, NodeGuards guards, Watchman watchman) {}

  Passing(
      PassRules rules,
      AnswerCache cache,
      PassedRequests told,
      UpstreamConnections.Connecting connecting,
      Nodes nodes) {
    this.nodes = nodes;
    this.rules = rules;
    this.cache = cache;
    this.told = told;
    this.connecting = connecting;
  }

  PassedRequests told() {
    return told;
  }

  Nodes nodes() {
    return nodes;
  }

  Duration bodyTimeout() {
    return rules.now().get().bodyTimeout();
  }

  /** Where the request goes if nothing has to be done for it; null where the filters have to. */
  @Nullable PassTarget target(HttpRequest request) {
    String uri = request.uri();
    int length = PassPath.length(uri);
    if (stopped || length < 0) {
      return null;
    }
    PassRules.Table now = rules.now().get();
    PassTarget target = now.routes().of(uri.substring(0, length));
    boolean passes =
        target != null
            && (!now.caching() || target.habit().passes())
            && (target.origin() != null || nodes.turns().suffice(target.routeId()));
    return passes && !now.ahead().contains(uri) && PassFields.simple(request) ? target : null;
  }

  UpstreamConnections connections(EventLoop loop) {
    return connections.computeIfAbsent(
        loop, l -> new UpstreamConnections(l, connecting, System::nanoTime));
  }

  /** What the client is told of the cache. */
  String cacheStatus(HttpMethod method) {
    if (!rules.now().get().caching()) {
      return OFF;
    }
    return method.equals(HttpMethod.GET) ? PASSED : UNSAFE;
  }

  /** A good answer to a request that may change something makes stale what is stored for it. */
  void changed(String host, String target) {
    cache.forget(host.toLowerCase(Locale.ROOT) + target);
  }

  void begun() {
    underWay.incrementAndGet();
  }

  void ended() {
    underWay.decrementAndGet();
  }

  /** Requests under way. */
  int underWay() {
    return underWay.get();
  }

  /** From now on nothing new passes here. */
  void stop() {
    stopped = true;
  }
}
