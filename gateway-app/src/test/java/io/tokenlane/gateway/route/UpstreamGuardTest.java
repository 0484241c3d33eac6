package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** A name leads where it may at first, and elsewhere later: to a neighbour that listens there. */
final class UpstreamGuardTest {
  private final AtomicInteger asked = new AtomicInteger();
  private final DisposableServer upstream = server("127.0.0.1", 0);
  private final DisposableServer neighbour = server("127.0.0.2", upstream.port());

  /** Where the name leads now. */
  private volatile String address = "127.0.0.1";

  private DisposableServer server(String host, int port) {
    return HttpServer.create()
        .host(host)
        .port(port)
        .handle(
            (request, response) -> {
              asked.incrementAndGet();
              return response.sendString(Mono.just(host));
            })
        .bindNow();
  }

  @AfterEach
  void stop() {
    upstream.disposeNow();
    neighbour.disposeNow();
  }

  /** A resolver as an attacker's name server makes it. */
  private final class Rebinding extends AddressResolverGroup<InetSocketAddress> {
    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String name, Promise<InetAddress> promise) {
          promise.setSuccess(InetAddress.ofLiteral(address));
        }

        @Override
        protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
          promise.setSuccess(List.of(InetAddress.ofLiteral(address)));
        }
      }.asAddressResolver();
    }
  }

  /** Each question by a new connection. */
  private String ask(String allowed) {
    UpstreamGuard guard =
        new UpstreamGuard(() -> new AllowedAddresses(new UpstreamsProperties(List.of(allowed))));
    return Objects.requireNonNull(
        guard
            .customize(HttpClient.newConnection().resolver(new Rebinding()))
            .get()
            .uri("http://upstream.example:" + upstream.port() + "/")
            .responseContent()
            .aggregate()
            .asString()
            .block());
  }

  @Test
  void theAddressCountsThatANameHasWhenTheConnectionIsMade() {
    assertThat(ask("127.0.0.1")).isEqualTo("127.0.0.1");

    for (String rebound : List.of("127.0.0.2", "169.254.169.254", "::1", "::ffff:127.0.0.2")) {
      address = rebound;
      assertThatThrownBy(() -> ask("127.0.0.1"))
          .hasRootCauseInstanceOf(UpstreamGuard.RefusedAddressException.class);
    }
    assertThat(asked).hasValue(1);
    address = "127.0.0.2";
    assertThat(ask("127.0.0.0/8")).isEqualTo("127.0.0.2");
  }
}
