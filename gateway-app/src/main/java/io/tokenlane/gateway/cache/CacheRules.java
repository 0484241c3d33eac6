package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.RouteConfig;
import io.tokenlane.prefetch.cache.VariantKeys;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Storability;
import io.tokenlane.prefetch.http.Vary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/** Decides how a request uses the cache, if at all. */
final class CacheRules {
  private static final long REMEMBERED_RESOURCES = 10_000;

  /** What was decided. */
  sealed interface Decision {}

  /** The cache is not asked. */
  record Bypass(CacheStatus status) implements Decision {}

  /** The cache is asked, by this rule. */
  record Use(CacheRule rule) implements Decision {}

  /**
   * Fields that apps commonly build links, redirects or whole answers from without saying so in
   * {@code Vary}. They are part of every key, or one client could store its answer for all others.
   */
  private static final List<String> SEEN_BY_ORIGINS =
      List.of(
          "forwarded",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-prefix",
          "x-forwarded-proto",
          "x-forwarded-scheme",
          "x-forwarded-server",
          "x-host",
          "x-http-method-override",
          "x-original-url",
          "x-rewrite-url");

  private final CacheProperties properties;
  private final PrefetchPass pass;
  private final VariantKeys variants = new VariantKeys(REMEMBERED_RESOURCES);

  CacheRules(CacheProperties properties, PrefetchPass pass) {
    this.properties = properties;
    this.pass = pass;
  }

  Decision of(ServerWebExchange exchange, Optional<InferenceCall> call) {
    if (!properties.enabled()) {
      return bypass("off");
    }
    ServerHttpRequest request = exchange.getRequest();
    HttpFields fields = Fields.of(request.getHeaders());
    String tenant = CanonicalKey.tenant(Trail.of(exchange).principal(), fields);
    return call.map(c -> model(c, tenant, fields, request))
        .orElseGet(() -> plain(exchange, tenant, fields));
  }

  private Decision model(
      InferenceCall call, String tenant, HttpFields fields, ServerHttpRequest request) {
    String target = CacheFilter.target(request);
    return ModelRule.bypass(call, fields)
        .<Decision>map(CacheRules::bypass)
        .orElseGet(
            () -> {
              String key = CanonicalKey.of(tenant, target, call);
              return new Use(new ModelRule(call, key, fields, properties.modelTtl()));
            });
  }

  private Decision plain(ServerWebExchange exchange, String tenant, HttpFields fields) {
    ServerHttpRequest request = exchange.getRequest();
    Storability storability = Storability.ofRequest(request.getMethod().name(), fields);
    if (storability == Storability.METHOD) {
      return new Bypass(CacheStatus.forward(Forward.METHOD));
    }
    if (!storability.storable()) {
      return bypass(storability.label());
    }
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    if (RouteConfig.NODE_SCHEME.equals(route.getUri().getScheme())) {
      return bypass("node");
    }
    Duration prefetchTtl = pass.ttlOf(request.getHeaders()).orElse(null);
    String resource =
        String.join(
            "\n",
            "plain:" + route.getId(),
            tenant,
            CacheFilter.target(request),
            Vary.selecting(SEEN_BY_ORIGINS, fields));
    return new Use(new PlainRule(resource, fields, variants, prefetchTtl));
  }

  private static Decision bypass(String detail) {
    return new Bypass(CacheStatus.forward(Forward.BYPASS).withDetail(detail));
  }
}
