package io.tokenlane.bench.limits;

import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A node that answers every chat with the same short text after 5 ms. */
final class QuickNode implements AutoCloseable {
  private static final Duration SERVICE = Duration.ofMillis(5);
  private static final String ANSWER =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"quick",\
      "choices":[{"index":0,"message":{"role":"assistant","content":"Paris is the capital of \
      France."},"finish_reason":"stop"}],"usage":{"prompt_tokens":15,"completion_tokens":8,\
      "total_tokens":23}}""";

  private final DisposableServer server;

  QuickNode() {
    server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes
                        .get(
                            "/actuator/health/readiness",
                            (in, out) -> out.sendString(Mono.just("{}")))
                        .post(
                            "/v1/chat/completions",
                            (in, out) ->
                                in.receive()
                                    .then(Mono.delay(SERVICE))
                                    .thenEmpty(
                                        out.header("Content-Type", "application/json")
                                            .sendString(Mono.just(ANSWER)))))
            .bindNow();
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
