package io.tokenlane.gateway.balance;

import io.tokenlane.gateway.route.UpstreamGuard;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import reactor.netty.http.client.HttpClient;

/**
 * What asks nodes on the gateway's own behalf, with the same certificates as calls are forwarded
 * with ({@code spring.cloud.gateway.server.webflux.httpclient.ssl}).
 */
public final class NodeClients {
  private final HttpClientSslConfigurer ssl;
  private final UpstreamGuard guard;

  NodeClients(HttpClientSslConfigurer ssl, UpstreamGuard guard) {
    this.ssl = ssl;
    this.guard = guard;
  }

  /** Keeps connections. */
  public HttpClient pooled() {
    return guard.customize(ssl.configureSsl(HttpClient.create()));
  }

  /** Makes a connection for each request. */
  HttpClient single() {
    return guard.customize(ssl.configureSsl(HttpClient.newConnection()));
  }
}
