package io.tokenlane.gateway.balance;

import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import reactor.netty.http.client.HttpClient;

/**
 * What asks nodes on the gateway's own behalf, with the same certificates as calls are forwarded
 * with ({@code spring.cloud.gateway.server.webflux.httpclient.ssl}).
 */
public final class NodeClients {
  private final HttpClientSslConfigurer ssl;

  NodeClients(HttpClientSslConfigurer ssl) {
    this.ssl = ssl;
  }

  /** Keeps connections. */
  public HttpClient pooled() {
    return ssl.configureSsl(HttpClient.create());
  }

  /** Makes a connection for each request. */
  HttpClient single() {
    return ssl.configureSsl(HttpClient.newConnection());
  }
}
