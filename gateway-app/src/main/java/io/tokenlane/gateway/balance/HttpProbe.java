package io.tokenlane.gateway.balance;

import io.netty.channel.ChannelOption;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.health.Probe;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import reactor.netty.http.client.HttpClient;

/** Asks a node's health path; a status of 200 to 299 means well. */
final class HttpProbe implements Probe {
  private final HttpClient client;
  private final String path;

  HttpProbe(String path, Duration timeout) {
    this.path = path;
    // A connection of its own for each check: a pooled one says nothing about new ones.
    this.client =
        HttpClient.newConnection()
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
            .responseTimeout(timeout);
  }

  @Override
  public CompletionStage<Boolean> check(Node node) {
    return client
        .get()
        .uri(node.uri().resolve(path))
        .response()
        .map(response -> well(response.status().code()))
        .toFuture();
  }

  private static boolean well(int status) {
    if (status < 200 || status > 299) {
      throw new IllegalStateException("status " + status);
    }
    return true;
  }
}
