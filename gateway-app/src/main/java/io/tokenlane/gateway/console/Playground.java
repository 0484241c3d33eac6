package io.tokenlane.gateway.console;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.security.InternalPass;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.tcp.SslProvider;

/** Sends a chat, or a question for models, through the gateway's own front door. */
final class Playground implements ApplicationListener<ReactiveWebServerInitializedEvent> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What tells how a call went. */
  private static final List<String> TELLING =
      List.of(
          "cache-status",
          "server-timing",
          "x-request-id",
          "x-tokenlane-node",
          "x-tokenlane-model",
          "x-tokenlane-prompt-tokens");

  private final InternalPass pass;
  private final HttpClient base;
  private volatile @Nullable InetSocketAddress frontDoor;

  /**
   * Waits for the front door to open.
   *
   * @param tls whether that door speaks TLS
   */
  Playground(InternalPass pass, boolean tls) {
    this.pass = pass;
    HttpClient plain = HttpClient.create().responseTimeout(PATIENCE);
    this.base = tls ? plain.secure(Playground::toItself) : plain;
  }

  @Override
  public void onApplicationEvent(ReactiveWebServerInitializedEvent opened) {
    if (opened.getApplicationContext().getServerNamespace() == null) {
      frontDoor =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), opened.getWebServer().getPort());
    }
  }

  Mono<ServerResponse> models(DataBufferFactory buffers, Optional<Principal> who) {
    return client(who)
        .get()
        .uri("/v1/models")
        .responseConnection((response, from) -> Mono.just(new Reply(response, from)))
        .single()
        .flatMap(reply -> reply.served(buffers));
  }

  Mono<ServerResponse> chat(DataBufferFactory buffers, byte[] body, Optional<Principal> who) {
    return client(who)
        .headers(h -> h.set(HttpHeaderNames.CONTENT_TYPE, "application/json"))
        .post()
        .uri("/v1/chat/completions")
        .send((to, out) -> out.sendByteArray(Mono.just(body)))
        .responseConnection((response, from) -> Mono.just(new Reply(response, from)))
        .single()
        .flatMap(reply -> reply.served(buffers));
  }

  private HttpClient client(Optional<Principal> who) {
    InetSocketAddress door = frontDoor;
    if (door == null) {
      throw new Gate.Refusal(HttpStatus.SERVICE_UNAVAILABLE, "the gateway is starting");
    }
    return base.remoteAddress(() -> door)
        .headers(h -> who.ifPresent(w -> h.set(InternalPass.HEADER, pass.issue(w))));
  }

  /** The other end is this very process, at its own port on this machine. */
  private static void toItself(SslProvider.SslContextSpec spec) {
    SslProvider.GenericSslContextSpec<SslContextBuilder> trusting =
        Http11SslContextSpec.forClient()
            .configure(tls -> tls.trustManager(InsecureTrustManagerFactory.INSTANCE));
    spec.sslContext(trusting);
  }

  /** What came back, its body still on its way. */
  private record Reply(HttpClientResponse response, Connection from) {

    Mono<ServerResponse> served(DataBufferFactory buffers) {
      Flux<DataBuffer> body =
          from.inbound()
              .receive()
              .asByteArray()
              .<DataBuffer>map(buffers::wrap)
              .doFinally(signal -> from.dispose());
      ServerResponse.BodyBuilder served = ServerResponse.status(response.status().code());
      String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE);
      if (type != null) {
        served.contentType(MediaType.parseMediaType(type));
      }
      for (String name : TELLING) {
        response.responseHeaders().getAll(name).forEach(value -> served.header(name, value));
      }
      return served.body(Pages.streamed(body));
    }
  }
}
