package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.RouteConfig;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.VariantKeys;
import io.tokenlane.prefetch.http.CacheControl;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Invalidation;
import io.tokenlane.prefetch.http.Storability;
import io.tokenlane.prefetch.http.Vary;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/** Decides how a request uses the cache, if at all. */
final class CacheRules {
  /** In the keys of planned prefetches, which only this process can store. */
  private static final String ANY_HOST = "*";

  private static final long REMEMBERED_RESOURCES = 10_000;

  /** What was decided. */
  sealed interface Decision {}

  /** The cache is not asked. */
  record Bypass(CacheStatus status) implements Decision {}

  /** The cache is asked, by this rule. */
  record Use(CacheRule rule) implements Decision {}

  /** The cache is asked for the fields alone. */
  record Head(CacheRule rule) implements Decision {}

  /** A prefetch of what may change something. */
  record Refuse(String route, String method) implements Decision {}

  /** The request may change what is stored. */
  record Change(PlainRule rule, List<AnswerCache> stores) implements Decision {
    ServerWebExchange watch(ServerWebExchange exchange) {
      ServerHttpResponse watched =
          new ChangeWatch(exchange.getResponse(), exchange.getRequest(), rule, stores);
      return exchange.mutate().response(watched).build();
    }
  }

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
  private final RouteCaches caches;
  private final PrefetchPass pass;
  private final HotAnswers hot;
  private final VariantKeys variants = new VariantKeys(REMEMBERED_RESOURCES);

  CacheRules(CacheProperties properties, RouteCaches caches, PrefetchPass pass) {
    this.properties = properties;
    this.caches = caches;
    this.pass = pass;
    this.hot = new HotAnswers(properties.modelRefresh());
    caches.all().forEach(cache -> cache.hottest().forEach(this::learnAgain));
  }

  /** Answers that were there before this process began: what they vary by is told by their keys. */
  private void learnAgain(String key, Answer answer) {
    int last = key.indexOf('\n' + SEEN_BY_ORIGINS.getLast());
    if (key.startsWith(PlainRule.KIND) && last >= 0) {
      int end = key.indexOf('\n', last + 1);
      variants.learn(end < 0 ? key : key.substring(0, end), answer.fields());
    }
  }

  Decision of(ServerWebExchange exchange, Optional<InferenceCall> call) {
    if (!properties.enabled()) {
      return bypass("off");
    }
    ServerHttpRequest request = exchange.getRequest();
    HttpFields fields =
        ConnectionFields.endToEnd(CacheHeader.applied(Fields.of(request.getHeaders())));
    String tenant = CanonicalKey.tenant(Trail.of(exchange).principal(), fields);
    return call.map(c -> model(c, tenant, fields, exchange))
        .orElseGet(() -> plain(exchange, tenant, fields));
  }

  private Decision model(
      InferenceCall call, String tenant, HttpFields fields, ServerWebExchange exchange) {
    String target = CacheFilter.target(exchange.getRequest());
    String route = route(exchange);
    return ModelRule.bypass(call, fields, properties.modelAnswers(route))
        .<Decision>map(CacheRules::bypass)
        .orElseGet(
            () -> {
              String key = CanonicalKey.of(route, tenant, target, call);
              Optional<SemanticLevel.Question> question =
                  properties.semantic(route)
                      ? SemanticLevel.Question.of(route, tenant, target, call)
                      : Optional.empty();
              int pace = CacheHeader.pace(fields).orElse(properties.pace());
              return new Use(
                  new ModelRule(
                      caches.of(route),
                      call,
                      key,
                      fields,
                      properties.modelTtl(),
                      properties.modelStaleIfError(route),
                      pace,
                      hot,
                      question,
                      new Reading(call.kind())));
            });
  }

  /** A chat's turn as its listeners are told of it. */
  static TurnListener.Turn turn(ServerWebExchange exchange, InferenceCall call) {
    HttpFields fields = Fields.of(exchange.getRequest().getHeaders());
    String owner = CanonicalKey.tenant(Trail.of(exchange).principal(), fields);
    return new TurnListener.Turn(call, route(exchange), owner);
  }

  private static String route(ServerWebExchange exchange) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return route.getId();
  }

  private Decision plain(ServerWebExchange exchange, String tenant, HttpFields fields) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    String method = exchange.getRequest().getMethod().name();
    if (RouteConfig.NODE_SCHEME.equals(route.getUri().getScheme())) {
      return Invalidation.safe(method)
          ? bypass("node")
          : new Bypass(CacheStatus.forward(Forward.METHOD));
    }
    PlainRule rule = rule(exchange.getRequest(), tenant, fields, route.getId());
    if (rule.query() != null) {
      return CacheControl.of(fields).has("no-store")
          ? bypass(Storability.REQUEST_NO_STORE.label())
          : new Use(rule);
    }
    if (!Invalidation.safe(method)) {
      return rule.ahead() ? new Refuse(route.getId(), method) : new Change(rule, caches.all());
    }
    boolean get = method.equals("GET");
    if (!get && !method.equals("HEAD")) {
      return new Bypass(CacheStatus.forward(Forward.METHOD));
    }
    if (CacheControl.of(fields).has("no-store")) {
      return bypass(Storability.REQUEST_NO_STORE.label());
    }
    // The content of a GET has no meaning by definition, but an origin may give it one.
    if (hasContent(Fields.of(exchange.getRequest().getHeaders())) || fields.has("Upgrade")) {
      return bypass("content");
    }
    return get ? new Use(rule) : new Head(rule);
  }

  /** Whether the request is a query whose content the cache wants to know. */
  boolean asksByContent(ServerWebExchange exchange) {
    String method = exchange.getRequest().getMethod().name();
    return properties.enabled()
        && !Invalidation.safe(method)
        && Trail.of(exchange).call().isEmpty()
        && !(exchange.getRequest() instanceof BodyRequest)
        && properties.routes().getOrDefault(route(exchange), RouteCache.DEFAULT).prefetchable()
        && Query.possible(method, Fields.of(exchange.getRequest().getHeaders()));
  }

  private static boolean hasContent(HttpFields fields) {
    return fields.has("Transfer-Encoding")
        || fields.first("Content-Length").filter(length -> !length.equals("0")).isPresent();
  }

  private PlainRule rule(
      ServerHttpRequest request, String tenant, HttpFields fields, String routeId) {
    RouteCache route = properties.routes().getOrDefault(routeId, RouteCache.DEFAULT);
    String group = group(request.getURI(), CacheFilter.target(request));
    String here = String.join(",", fields.all("Host"));
    Query query =
        route.prefetchable()
                && request instanceof BodyRequest whole
                && Query.possible(request.getMethod().name(), fields)
            ? Query.of(whole, fields)
            : null;
    String asked = CacheFilter.target(request) + (query == null ? "" : query.key());
    Function<String, String> resource =
        host ->
            String.join(
                "\n",
                PlainRule.KIND + routeId,
                route.shared() ? "" : tenant,
                host,
                asked,
                Vary.selecting(SEEN_BY_ORIGINS, fields));
    Duration prefetchTtl = pass.ttlOf(request.getHeaders()).orElse(null);
    boolean foreseen = pass.isPredicted(request.getHeaders());
    String planned = resource.apply(ANY_HOST);
    return new PlainRule(
        caches.of(routeId),
        route,
        prefetchTtl == null ? resource.apply(here) : planned,
        group,
        fields,
        variants,
        planned,
        foreseen,
        prefetchTtl,
        query);
  }

  /** What all answers for a target of the host of {@code uri} are forgotten with. */
  static String group(URI uri, String target) {
    return String.valueOf(uri.getRawAuthority()).toLowerCase(Locale.ROOT) + target;
  }

  private static Decision bypass(String detail) {
    return new Bypass(CacheStatus.forward(Forward.BYPASS).withDetail(detail));
  }
}
