package io.tokenlane.gateway.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** What must hold on a connection before Spring sees its requests. */
final class ServerHygiene implements NettyServerCustomizer {
  private static final List<String> OF_REQUESTS =
      List.of(
          HeaderDeadline.NAME,
          HeaderDeadline.SEEN,
          SoundRequests.NAME,
          ReadOn.NAME,
          OlderClients.NAME);

  private volatile Duration headerTimeout;
  private final Unsound.Sizes most;
  private final Consumer<String> refusals;

  /**
   * @param most how long requests may be, for those that are refused
   * @param refusals hears the code of each request that was none
   */
  ServerHygiene(HttpProperties properties, Unsound.Sizes most, Consumer<String> refusals) {
    this.most = most;
    this.headerTimeout = properties.headerTimeout();
    this.refusals = refusals;
  }

  /** Connections made from now on have these limits. */
  void demand(HttpProperties properties) {
    headerTimeout = properties.headerTimeout();
  }

  @Override
  public HttpServer apply(HttpServer server) {
    return server
        .doOnChannelInit(
            (observer, channel, remote) -> {
              HeaderDeadline.guard(channel.pipeline(), headerTimeout);
              SoundRequests.guard(channel.pipeline(), most, refusals);
              ReadOn.guard(channel.pipeline());
              OlderClients.guard(channel.pipeline());
              UntilSwitched.guard(channel.pipeline(), OF_REQUESTS);
            })
        .mapHandle((answer, connection) -> answer.then(Mono.defer(() -> explained(connection))));
  }

  /** Spring answers a URL that is none with a status only, before any filter. */
  private static Mono<Void> explained(Connection connection) {
    if (connection instanceof HttpServerResponse response
        && connection instanceof HttpServerRequest request
        && !response.hasSentHeaders()
        && response.status().equals(HttpResponseStatus.BAD_REQUEST)) {
      String message = "The request's URL is malformed (expected: RFC 3986).";
      RefusalBody said =
          RefusalBody.of(request.uri(), HttpResponseStatus.BAD_REQUEST, "invalid_url", message);
      return response
          .header(HttpHeaderNames.CONTENT_TYPE, said.type())
          .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(said.json().length))
          .sendByteArray(Mono.just(said.json()))
          .then();
    }
    return Mono.empty();
  }
}
