package io.tokenlane.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.tokenlane.gateway.route.ReadOn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A node or an app behind the gateway, on a real socket, that answers as a test tells it. */
public final class FakeUpstream implements AutoCloseable {
  /** A chat's answer in one piece. */
  public static final String ANSWER =
      "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\"},"
          + "\"finish_reason\":\"stop\"}]}";

  private static final String HEALTH = "/actuator/health/readiness";

  /** Answers one request whose body is at hand. */
  @FunctionalInterface
  public interface Behaviour {
    /** Writes the answer; the body of the request is {@code call.body()}. */
    Mono<Void> answer(Call call, HttpServerResponse response);
  }

  /** A request as it arrived. */
  public record Call(String method, String uri, List<String> headerLines, String body) {
    /** The value of a header, null where it is missing. */
    public @Nullable String header(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ": ";
      return headerLines.stream()
          .filter(line -> line.startsWith(prefix))
          .map(line -> line.substring(prefix.length()))
          .findFirst()
          .orElse(null);
    }
  }

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile Behaviour behaviour = plainly();
  private volatile boolean healthy = true;
  private volatile boolean alive = true;
  private volatile boolean foundIll;
  private volatile @Nullable DisposableServer server;
  private final int port;

  /** Starts one on any free port. */
  public FakeUpstream() {
    DisposableServer bound = bind(0);
    this.server = bound;
    this.port = bound.port();
  }

  private DisposableServer bind(int wanted) {
    return HttpServer.create()
        .option(ChannelOption.SO_REUSEADDR, true)
        .host("127.0.0.1")
        .port(wanted)
        .doOnConnection(this::connected)
        .doOnChannelInit((observer, channel, remote) -> ReadOn.guard(channel.pipeline()))
        .handle(this::handle)
        .bindNow();
  }

  /** A connection that was waiting to be accepted when the process died dies with it. */
  private void connected(Connection connection) {
    connections.add(connection);
    if (!alive) {
      var _ = connection.channel().close();
    }
  }

  private Mono<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    if (request.uri().equals(HEALTH)) {
      boolean well = healthy;
      return response.status(well ? 200 : 503).send().doOnSuccess(end -> foundIll &= !well);
    }
    if (asksForModels(request)) {
      return response.status(404).send();
    }
    return request
        .receive()
        .aggregate()
        .asString(StandardCharsets.UTF_8)
        .defaultIfEmpty("")
        .flatMap(body -> answer(request, body, response));
  }

  /** The gateway's own question, which no test sent. */
  private static boolean asksForModels(HttpServerRequest request) {
    return request.uri().equals("/v1/models")
        && "application/json".equals(request.requestHeaders().get("Accept"));
  }

  private Mono<Void> answer(HttpServerRequest request, String body, HttpServerResponse response) {
    List<String> headers =
        request.requestHeaders().entries().stream()
            .map(h -> h.getKey().toLowerCase(Locale.ROOT) + ": " + h.getValue())
            .toList();
    Call call = new Call(request.method().name(), request.uri(), headers, body);
    calls.add(call);
    return behaviour.answer(call, response);
  }

  /** Answers a chat as a model does, and anything else by an empty object. */
  private static Behaviour plainly() {
    return (call, response) ->
        ok(call.uri().equals("/v1/chat/completions") ? ANSWER : "{}").answer(call, response);
  }

  /** Answers 200 with this JSON. */
  public static Behaviour ok(String json) {
    return (call, response) ->
        response.header("Content-Type", "application/json").sendString(Mono.just(json)).then();
  }

  /** Answers 200 with these fields, alternating names and values, and a body. */
  public static Behaviour with(String body, String... fields) {
    return (call, response) -> {
      for (int i = 0; i < fields.length; i += 2) {
        response.addHeader(fields[i], fields[i + 1]);
      }
      return response.sendString(Mono.just(body)).then();
    };
  }

  /** Answers with this status and an empty JSON object. */
  public static Behaviour status(int status) {
    return (call, response) -> response.status(status).sendString(Mono.just("{}")).then();
  }

  /** Cuts the connection before any answer. */
  public static Behaviour reset() {
    return (call, response) -> cut(response).then(Mono.never());
  }

  /** Cuts the connection. */
  public static Mono<Void> cut(HttpServerResponse response) {
    return Mono.fromRunnable(
        () ->
            response.withConnection(
                connection -> {
                  var _ = connection.channel().close();
                }));
  }

  /** Sends this as it stands, and cuts or resets the connection when told to. */
  static Behaviour says(String text, Mono<Void> until, boolean reset) {
    return (call, response) ->
        Mono.<Void>fromRunnable(
                () ->
                    response.withConnection(
                        connection -> {
                          write(connection, text);
                          until.subscribe(
                              nothing -> {}, failed -> {}, () -> end(connection, reset));
                        }))
            .then(Mono.never());
  }

  private static void end(Connection connection, boolean reset) {
    if (reset) {
      connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    var _ = connection.channel().close();
  }

  private static void write(Connection connection, String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    var _ = connection.channel().pipeline().context(NettyPipeline.HttpCodec).writeAndFlush(bytes);
  }

  /** Sends an interim answer, which Reactor Netty's server cannot, before the final one. */
  public static void hint(Connection connection) {
    write(connection, "HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n");
  }

  /** Streams these texts, each flushed by itself. */
  public static Behaviour events(Flux<String> events) {
    return (call, response) -> response.sse().sendString(events).then();
  }

  /** Sets how requests are answered from now on. */
  public void answers(Behaviour next) {
    this.behaviour = next;
  }

  /** Sets what the health path says. */
  public void healthy(boolean well) {
    this.healthy = well;
    foundIll |= !well;
  }

  /** Whether it was gone or not well, and has not been asked since. */
  boolean foundIll() {
    return foundIll;
  }

  /** Every request so far, health checks aside. */
  public List<Call> calls() {
    return calls;
  }

  /** Its address. */
  public String uri() {
    return "http://127.0.0.1:" + port;
  }

  /** Its name where it has no id: host and port. */
  public String authority() {
    return "127.0.0.1:" + port;
  }

  /** Closes the socket and all connections: the process is gone. */
  public void die() {
    DisposableServer running = server;
    if (running != null) {
      alive = false;
      foundIll = true;
      running.channel().close().syncUninterruptibly();
      connections.forEach(connection -> connection.channel().close().syncUninterruptibly());
      connections.clear();
      server = null;
    }
  }

  /** Listens again on the same port. */
  public void comeBack() {
    if (server == null) {
      alive = true;
      server = bind(port);
    }
  }

  /** Forgets calls; answers and is well as in the beginning. */
  public void forget() {
    comeBack();
    healthy = true;
    behaviour = plainly();
    calls.clear();
  }

  @Override
  public void close() {
    die();
  }
}
