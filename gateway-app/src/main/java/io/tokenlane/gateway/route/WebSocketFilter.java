package io.tokenlane.gateway.route;

import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.tokenlane.gateway.error.ApiException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.client.WebSocketClient;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.FutureMono;

/**
 * Switches a client to WebSocket (RFC 6455) once its upstream has switched. Spring Cloud Gateway's
 * own filter switches the client first, and has no answer left for an upstream that does not.
 */
final class WebSocketFilter implements GlobalFilter, Ordered {
  private static final String PROTOCOL = "Sec-WebSocket-Protocol";
  private static final String OF_A_CONNECTION = "sec-websocket";

  private final WebSocketClient client;
  private final WebSocketService server;
  private final List<HttpHeadersFilter> fields;

  /**
   * @param fields what upstreams are sent of a request's fields
   */
  WebSocketFilter(WebSocketClient client, WebSocketService server, List<HttpHeadersFilter> fields) {
    this.client = client;
    this.server = server;
    this.fields = fields;
  }

  @Override
  public int getOrder() {
    return FilterOrder.WEB_SOCKET;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    URI url = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
    String scheme = scheme(url, exchange.getRequest());
    if (scheme.isEmpty() || ServerWebExchangeUtils.isAlreadyRouted(exchange)) {
      return chain.filter(exchange);
    }
    ServerWebExchangeUtils.setAlreadyRouted(exchange);
    boolean encoded = ServerWebExchangeUtils.containsEncodedParts(url);
    URI upstream = UriComponentsBuilder.fromUri(url).scheme(scheme).build(encoded).toUri();
    return Mono.defer(() -> switched(upstream, exchange))
        .onErrorMap(WebSocketClientHandshakeException.class, WebSocketFilter::refused);
  }

  /** The exchange ends with the switch; what is said after it is none of HTTP's. */
  private Mono<Void> switched(URI upstream, ServerWebExchange exchange) {
    Sinks.Empty<Void> switched = Sinks.empty();
    Disposable talk =
        client
            .execute(upstream, fields(exchange), new Upstream(exchange, switched))
            .subscribe(ignored -> {}, switched::tryEmitError, switched::tryEmitEmpty);
    return switched.asMono().doOnCancel(talk::dispose);
  }

  /** Empty where this is no request for a WebSocket. */
  private static String scheme(URI url, HttpRequest request) {
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals("ws") || scheme.equals("wss")) {
      return scheme;
    }
    if (!RouteConfig.toWebSocket(request)) {
      return "";
    }
    return scheme.equals("http") ? "ws" : scheme.equals("https") ? "wss" : "";
  }

  private HttpHeaders fields(ServerWebExchange exchange) {
    HttpHeaders all = HttpHeadersFilter.filterRequest(fields, exchange);
    HttpHeaders sent = new HttpHeaders();
    all.forEach(
        (name, values) -> {
          if (!name.toLowerCase(Locale.ROOT).startsWith(OF_A_CONNECTION)) {
            sent.addAll(name, values);
          }
        });
    if (!exchange.getAttributeOrDefault(
        ServerWebExchangeUtils.PRESERVE_HOST_HEADER_ATTRIBUTE, false)) {
      sent.remove(HttpHeaders.HOST);
    }
    return sent;
  }

  private static ApiException refused(WebSocketClientHandshakeException answer) {
    String status = answer.response() == null ? "" : " (" + answer.response().status().code() + ")";
    return new ApiException(
        HttpStatus.BAD_GATEWAY,
        "no_websocket",
        "The upstream did not switch to WebSocket" + status + ".");
  }

  /** The connection to the upstream, which the client's follows. */
  private final class Upstream implements WebSocketHandler {
    private final ServerWebExchange exchange;
    private final Sinks.Empty<Void> switched;

    private Upstream(ServerWebExchange exchange, Sinks.Empty<Void> switched) {
      this.exchange = exchange;
      this.switched = switched;
    }

    @Override
    public List<String> getSubProtocols() {
      return exchange.getRequest().getHeaders().getOrEmpty(PROTOCOL).stream()
          .flatMap(line -> Arrays.stream(line.split(",")))
          .map(String::strip)
          .filter(name -> !name.isEmpty())
          .toList();
    }

    @Override
    public Mono<Void> handle(WebSocketSession upstream) {
      Client follows = new Client(upstream, Sinks.empty());
      return Mono.defer(() -> clientSwitched(follows))
          .subscribeOn(Schedulers.fromExecutor(loop()))
          .doOnSuccess(done -> switched.tryEmitEmpty())
          .then(Mono.firstWithSignal(follows.ended().asMono(), gone()));
    }

    /** Spring says the status on the connection only; a refusal sets another one. */
    private Mono<Void> clientSwitched(Client follows) {
      exchange.getResponse().setStatusCode(HttpStatus.SWITCHING_PROTOCOLS);
      return server.handleRequest(asking(follows.getSubProtocols()), follows);
    }

    /** The end of the client's connection. */
    private Mono<Void> gone() {
      Object request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
      return request instanceof Connection connection
          ? FutureMono.from(connection.channel().closeFuture())
          : Mono.never();
    }

    /** Spring does not find a name behind a comma and a blank. */
    private ServerWebExchange asking(List<String> chosen) {
      return chosen.isEmpty()
          ? exchange
          : exchange
              .mutate()
              .request(request -> request.headers(all -> all.put(PROTOCOL, chosen)))
              .build();
    }

    /** A connection is switched on its own event loop; the upstream's may have another. */
    private Executor loop() {
      Object request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
      return request instanceof Connection connection
          ? connection.channel().eventLoop()
          : Runnable::run;
    }
  }

  /** The client's connection: what comes on either goes out on the other. */
  private record Client(WebSocketSession upstream, Sinks.Empty<Void> ended)
      implements WebSocketHandler {
    @Override
    public List<String> getSubProtocols() {
      String chosen = upstream.getHandshakeInfo().getSubProtocol();
      return chosen == null ? List.of() : List.of(chosen);
    }

    @Override
    public Mono<Void> handle(WebSocketSession client) {
      closes(client, upstream).and(closes(upstream, client)).subscribe();
      return Mono.zip(sends(client, upstream), sends(upstream, client))
          .then()
          .doFinally(signal -> ended.tryEmitEmpty());
    }

    private static Mono<Void> sends(WebSocketSession from, WebSocketSession to) {
      return to.send(from.receive().doOnNext(WebSocketMessage::retain));
    }

    private static Mono<Void> closes(WebSocketSession from, WebSocketSession to) {
      return from.closeStatus()
          .filter(status -> to.isOpen())
          .flatMap(status -> to.close(sendable(status)));
    }

    /** RFC 6455 §7.4: some codes only say that none came. */
    private static CloseStatus sendable(CloseStatus status) {
      return switch (status.getCode()) {
        case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011 -> status;
        default ->
            status.getCode() >= 3000 && status.getCode() < 5000
                ? status
                : CloseStatus.PROTOCOL_ERROR;
      };
    }
  }
}
