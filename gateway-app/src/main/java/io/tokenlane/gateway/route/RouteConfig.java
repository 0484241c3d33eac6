package io.tokenlane.gateway.route;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.reload.LiveSettings;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.reactor.netty.autoconfigure.NettyServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.conditional.ConditionalOnEnabledGlobalFilter;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.WebsocketRoutingFilter;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.handler.predicate.RoutePredicateFactory;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.ConversionService;
import org.springframework.http.HttpRequest;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Validator;
import org.springframework.web.reactive.socket.client.WebSocketClient;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;

/** The gateway's own route; users' routes come from their configuration beside it. */
@Configuration(proxyBeanMethods = false)
public class RouteConfig {
  /** Scheme of the URI of routes whose upstream is a leased node. */
  public static final String NODE_SCHEME = "node";

  /** Scheme of the URI of routes whose upstream is an instance of a discovered service. */
  private static final String SERVICE_SCHEME = "lb";

  /** The id of the route of model calls. */
  public static final String NODES_ROUTE = "tokenlane-nodes";

  /** Before users' catch-all routes (order 0); a user's route of a lower order goes first. */
  private static final int BEFORE_CATCH_ALL = -1;

  /** Routes that cannot be made stop the start before any port is open. */
  @Bean
  SmartInitializingSingleton routesAreSound(
      @Qualifier("routeDefinitionRouteLocator") RouteLocator configured) {
    return () -> configured.getRoutes().blockLast();
  }

  /**
   * What these take away {@link ForwardedFields} does, and each of them copies all fields first.
   */
  @Bean
  static BeanDefinitionRegistryPostProcessor withoutFiltersThatForwardedFieldsReplaces() {
    return registry ->
        Stream.of("removeForwardedHeadersFilter", "removeXForwardedHeadersFilter")
            .filter(registry::containsBeanDefinition)
            .forEach(registry::removeBeanDefinition);
  }

  @Bean
  TrustedProxies trustedProxies(HttpProperties http, LiveSettings settings) {
    TrustedProxies trusted = new TrustedProxies(http);
    settings.onChange(HttpProperties.class, trusted::follow);
    return trusted;
  }

  @Bean
  HttpHeadersFilter forwardedFields(TrustedProxies trusted) {
    return new ForwardedFields(trusted);
  }

  @Bean
  UpstreamGuard upstreamGuard(LiveSettings settings) {
    return new UpstreamGuard(
        settings.follow(
            all -> {
              AllowedAddresses allowed = new AllowedAddresses(all.get(UpstreamsProperties.class));
              all.get(RouteList.class)
                  .routes()
                  .forEach(route -> allowed.require("routes " + route.getId(), route.getUri()));
              return allowed;
            },
            UpstreamsProperties.class,
            RouteList.class));
  }

  @Bean
  @ConditionalOnEnabledGlobalFilter(WebsocketRoutingFilter.class)
  GlobalFilter webSocketFilter(
      WebSocketClient client,
      @Qualifier("webSocketService") WebSocketService server,
      ObjectProvider<HttpHeadersFilter> fields) {
    return new WebSocketFilter(client, server, fields.orderedStream().toList());
  }

  @Bean
  HttpClientCustomizer malformedAnswers() {
    return new MalformedAnswers();
  }

  @Bean
  GlobalFilter trailersFilter() {
    return new TrailersFilter();
  }

  /** As Spring Boot tells them to Netty, whose own defaults hold where it does not. */
  @Bean
  Unsound.Sizes mostOfARequest(ServerProperties server, NettyServerProperties netty) {
    DataSize line = netty.getMaxInitialLineLength();
    return new Unsound.Sizes(line.toBytes(), server.getMaxHttpRequestHeaderSize().toBytes());
  }

  @Bean
  NettyServerCustomizer serverHygiene(
      HttpProperties http,
      Unsound.Sizes mostOfARequest,
      LiveSettings settings,
      MeterRegistry meters) {
    ServerHygiene hygiene =
        new ServerHygiene(
            http,
            mostOfARequest,
            code -> meters.counter("tokenlane.http.refused", "code", code).increment());
    settings.onChange(HttpProperties.class, hygiene::demand);
    return hygiene;
  }

  @Bean
  @SuppressWarnings("rawtypes") // as Spring declares the factories
  LiveRoutes liveRoutes(
      GatewayProperties running,
      List<RoutePredicateFactory> predicates,
      List<GatewayFilterFactory> filters,
      ApplicationContext context) {
    return new LiveRoutes(running, predicates, filters, onTrial(context), context);
  }

  /**
   * Nobody hears what is made by it: what a weight or a limit of a route that is only tried says
   * must not reach those that run.
   */
  private static ConfigurationService onTrial(ApplicationContext context) {
    return new ConfigurationService(
        context,
        context.getBeanProvider(ConversionService.class),
        context.getBeanProvider(Validator.class));
  }

  /**
   * Changed routes are made once before they count, so that what cannot be made changes nothing.
   */
  @Bean
  SmartInitializingSingleton routesFollow(LiveRoutes routes, LiveSettings settings) {
    return () -> {
      var _ = settings.follow(all -> routes.made(all.get(RouteList.class)), RouteList.class);
      settings.onChange(RouteList.class, routes::take);
    };
  }

  @Bean
  RouteLocator nodesRoute(RouteLocatorBuilder routes) {
    return routes
        .routes()
        .route(
            NODES_ROUTE,
            route -> route.order(BEFORE_CATCH_ALL).path("/v1/**").uri(NODE_SCHEME + "://nodes"))
        .build();
  }

  /** Whether the client asks for its connection to be switched to WebSocket. */
  public static boolean toWebSocket(HttpRequest request) {
    return "WebSocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
  }

  /** Whether the request's upstream is one of a service's instances. */
  public static boolean onService(ServerWebExchange exchange) {
    Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return route != null && SERVICE_SCHEME.equals(route.getUri().getScheme());
  }

  /** Whether the request's upstream is a leased node. */
  public static boolean onNodes(ServerWebExchange exchange) {
    Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return route != null && NODE_SCHEME.equals(route.getUri().getScheme());
  }
}
