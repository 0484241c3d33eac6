package io.tokenlane.gateway.balance;

import io.netty.channel.ChannelOption;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.health.Probe;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** Asks a node's health path; a status of 200 to 299, and the wanted body, mean well. */
final class HttpProbe implements Probe {
  private static final int MOST_BODY = 64 * 1024;

  private final HttpClient client;
  private final String path;
  private final @Nullable Pattern wanted;

  /**
   * @param client makes a connection of its own for each check: a pooled one says nothing about new
   *     ones
   */
  HttpProbe(BalanceProperties.Health health, HttpClient client) {
    this.path = health.path();
    this.wanted = health.body();
    this.client =
        client
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(health.timeout().toMillis()))
            .responseTimeout(health.timeout());
  }

  @Override
  public CompletionStage<Boolean> check(Node node) {
    HttpClient.ResponseReceiver<?> asked = client.get().uri(node.uri().resolve(path));
    return wanted == null
        ? asked.response().map(HttpProbe::well).toFuture()
        : asked
            .response((response, body) -> matching(response, body, wanted))
            .next()
            .defaultIfEmpty(false)
            .toFuture();
  }

  private static Mono<Boolean> matching(
      HttpClientResponse response, ByteBufFlux body, Pattern wanted) {
    well(response);
    return body.asString()
        .scanWith(StringBuilder::new, StringBuilder::append)
        .takeUntil(text -> text.length() >= MOST_BODY)
        .last()
        .map(text -> requireMatch(text, wanted));
  }

  private static boolean requireMatch(CharSequence text, Pattern wanted) {
    if (!wanted.matcher(text).find()) {
      throw new IllegalStateException("body without " + wanted);
    }
    return true;
  }

  private static boolean well(HttpClientResponse response) {
    int status = response.status().code();
    if (status < 200 || status > 299) {
      throw new IllegalStateException("status " + status);
    }
    return true;
  }
}
