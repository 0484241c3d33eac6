package io.tokenlane.gateway.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.error.ErrorBody;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.http.MediaType;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** What must hold on a connection before Spring sees its requests. */
final class ServerHygiene implements NettyServerCustomizer {
  private static final int BAD_REQUEST = 400;
  private volatile Duration headerTimeout;
  private final Consumer<String> refusals;

  /**
   * @param refusals hears the code of each request that was none
   */
  ServerHygiene(HttpProperties properties, Consumer<String> refusals) {
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
              SoundRequests.guard(channel.pipeline(), refusals);
              ReadOn.guard(channel.pipeline());
            })
        .mapHandle((answer, connection) -> answer.then(Mono.defer(() -> explained(connection))));
  }

  /** Spring answers a URL that is none with a status only, before any filter. */
  private static Mono<Void> explained(Connection connection) {
    if (connection instanceof HttpServerResponse response
        && connection instanceof HttpServerRequest request
        && !response.hasSentHeaders()
        && response.status().code() == BAD_REQUEST) {
      boolean openAi = ApiPath.isOpenAi(request.uri());
      String message = "The request's URL is malformed (expected: RFC 3986).";
      byte[] body =
          openAi
              ? ErrorBody.openAi(BAD_REQUEST, "invalid_url", message)
              : ErrorBody.problem(BAD_REQUEST, "Bad Request", message, "-");
      return response
          .header(
              HttpHeaderNames.CONTENT_TYPE,
              openAi ? MediaType.APPLICATION_JSON_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE)
          .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
          .sendByteArray(Mono.just(body))
          .then();
    }
    return Mono.empty();
  }
}
