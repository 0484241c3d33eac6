package io.tokenlane.bench.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A node that streams events of a token each: {@code max_tokens} of them, {@code seed} milliseconds
 * apart, or as fast as they are taken where that is 0. Each event tells when it was made.
 */
final class EventOrigin implements AutoCloseable {
  /** Events in one buffer where they go as fast as they can. */
  private static final int BATCH = 64;

  private static final Pattern COUNT = Pattern.compile("\"max_tokens\": ?(\\d+)");
  private static final Pattern PAUSE = Pattern.compile("\"seed\": ?(\\d+)");
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final String ANSWER =
      """
      {"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,
      "message":{"role":"assistant","content":"Paris."},"finish_reason":"stop"}],
      "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

  /** As OpenAI's streams have them, with the time of its making. */
  private static final String EVENT =
      """
      data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","at":AT,"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}

      """;

  static {
    // Reactor Netty 1.3.8 otherwise stops reading connections whose next request comes at once.
    System.setProperty("reactor.netty.http.server.lastFlushWhenNoRead", "true");
  }

  private final AtomicInteger underWay = new AtomicInteger();
  private final DisposableServer server;

  /** How calls are answered; health always well. */
  enum Mode {
    WELL,
    /** 500 at once. */
    FAILING,
    /** Taken and never answered. */
    MUTE,
    /** The body of every answer comes in drips, one of them in ten seconds. */
    DRIPPING
  }

  EventOrigin() {
    this(0, Mode.WELL);
  }

  EventOrigin(int port, Mode mode) {
    this.server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle(
                (request, response) ->
                    request.uri().startsWith("/v1/")
                        ? request
                            .receive()
                            .aggregate()
                            .asString()
                            .flatMap(body -> answer(mode, body, response))
                        : response.sendString(Mono.just("{\"status\":\"UP\"}")).then())
            .bindNow();
  }

  private Mono<Void> answer(Mode mode, String body, HttpServerResponse response) {
    return switch (mode) {
      case WELL -> answer(body, response);
      case FAILING -> response.status(500).sendString(Mono.just("{}")).then();
      case MUTE -> Mono.never();
      case DRIPPING ->
          response
              .sse()
              .send(
                  Flux.interval(Duration.ZERO, Duration.ofSeconds(10))
                      .map(i -> Unpooled.wrappedBuffer(new byte[] {'d'})),
                  buffer -> true)
              .then();
    };
  }

  int port() {
    return server.port();
  }

  /** Answers that have begun and not ended. */
  int underWay() {
    return underWay.get();
  }

  private Mono<Void> answer(String body, HttpServerResponse response) {
    if (!body.contains("\"stream\":true")) {
      return response
          .header("Content-Type", "application/json")
          .sendString(Mono.just(ANSWER))
          .then();
    }
    underWay.incrementAndGet();
    int count = number(COUNT, body, 16);
    int pause = number(PAUSE, body, 0);
    response.sse();
    Mono<ByteBuf> end = Mono.fromSupplier(() -> Unpooled.wrappedBuffer(DONE));
    Mono<Void> sent =
        pause == 0
            ? response.send(Flux.range(0, count / BATCH).map(i -> batch()).concatWith(end)).then()
            : response
                .send(
                    Flux.interval(Duration.ZERO, Duration.ofMillis(pause))
                        .take(count)
                        .map(i -> event())
                        .onBackpressureBuffer()
                        .concatWith(end),
                    buffer -> true)
                .then();
    return sent.doFinally(signal -> underWay.decrementAndGet());
  }

  private static int number(Pattern pattern, String body, int otherwise) {
    Matcher found = pattern.matcher(body);
    return found.find() ? Integer.parseInt(found.group(1)) : otherwise;
  }

  /** As OpenAI's streams have them. */
  private static String text() {
    return EVENT.replace("AT", Long.toString(System.nanoTime()));
  }

  private static ByteBuf event() {
    return Unpooled.wrappedBuffer(text().getBytes(StandardCharsets.US_ASCII));
  }

  private static ByteBuf batch() {
    return Unpooled.wrappedBuffer(text().repeat(BATCH).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    server.disposeNow(Duration.ofSeconds(1));
  }
}
