package io.tokenlane.gateway.balance;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A node that speaks to nobody without a certificate of an authority. */
final class TlsNode implements AutoCloseable {
  private final AtomicInteger answers = new AtomicInteger();
  private final DisposableServer server;

  TlsNode(X509Bundle own, X509Bundle authorityOfClients) throws SSLException {
    SslContext context =
        SslContextBuilder.forServer(own.getKeyPair().getPrivate(), own.getCertificatePath())
            .trustManager(authorityOfClients.getCertificate())
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .secure(spec -> spec.sslContext(context))
            .handle(
                (request, response) -> {
                  answers.incrementAndGet();
                  return response
                      .header("Content-Type", "application/json")
                      .sendString(Mono.just("{\"object\":\"list\",\"data\":[]}"));
                })
            .bindNow();
  }

  String uri() {
    return "https://localhost:" + server.port();
  }

  /** Requests that came through the handshake. */
  int answers() {
    return answers.get();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
