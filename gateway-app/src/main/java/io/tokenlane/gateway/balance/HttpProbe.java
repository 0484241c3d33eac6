package io.tokenlane.gateway.balance;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.channel.ChannelOption;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.health.Probe;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Asks a node's health path; a status of 200 to 299, and the wanted body, mean well. Where no path
 * is configured, the first of {@link #PATHS} that the node knows (anything but 404) is asked from
 * then on, until the node does not know it any more.
 */
final class HttpProbe implements Probe {

  /** Of our own node; of vLLM, llama.cpp and most others; of whatever speaks OpenAI's interface. */
  static final List<String> PATHS = List.of("/actuator/health/readiness", "/health", "/v1/models");

  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final int UNKNOWN_PATH = 404;
  private static final int MOST_BODY = 64 * 1024;

  private final HttpClient client;
  private final List<String> paths;
  private final @Nullable Pattern wanted;
  private final Function<String, Optional<String>> apiKeys;

  /** Addresses come and go where nodes are discovered; those no longer asked are forgotten. */
  private final Map<URI, String> known =
      Caffeine.newBuilder().expireAfterAccess(REMEMBERED).<URI, String>build().asMap();

  /**
   * @param apiKeys the credential for a node of this id
   * @param client makes a connection of its own for each check: a pooled one says nothing about new
   *     ones
   */
  HttpProbe(
      BalanceProperties.Health health,
      Function<String, Optional<String>> apiKeys,
      HttpClient client) {
    this.paths = health.path() == null ? PATHS : List.of(health.path());
    this.wanted = health.body();
    this.apiKeys = apiKeys;
    this.client =
        client
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(health.timeout().toMillis()))
            .responseTimeout(health.timeout());
  }

  /**
   * What a node said.
   *
   * @param body its beginning; empty where none is wanted
   */
  private record Said(int status, String body) {}

  @Override
  public CompletionStage<Boolean> check(Node node) {
    String path = known.get(node.uri());
    return (path == null ? first(node, 0) : ask(node, path))
        .doOnNext(said -> forget(node, said))
        .map(this::well)
        .toFuture();
  }

  private Mono<Said> first(Node node, int at) {
    return ask(node, paths.get(at))
        .flatMap(
            said -> {
              if (said.status() == UNKNOWN_PATH && at + 1 < paths.size()) {
                return first(node, at + 1);
              }
              known.put(node.uri(), paths.get(at));
              return Mono.just(said);
            });
  }

  private void forget(Node node, Said said) {
    if (said.status() == UNKNOWN_PATH) {
      known.remove(node.uri());
    }
  }

  private Mono<Said> ask(Node node, String path) {
    HttpClient.ResponseReceiver<?> asked =
        client
            .headers(
                fields ->
                    apiKeys
                        .apply(node.id())
                        .ifPresent(key -> fields.set("Authorization", "Bearer " + key)))
            .get()
            .uri(path.startsWith("/v1/") ? under(node, path) : node.uri().resolve(path));
    return wanted == null
        ? asked.response().map(response -> new Said(response.status().code(), ""))
        : asked
            .response(
                (response, body) ->
                    body.asString()
                        .scanWith(StringBuilder::new, StringBuilder::append)
                        .takeUntil(text -> text.length() >= MOST_BODY)
                        .last()
                        .map(text -> new Said(response.status().code(), text.toString())))
            .next();
  }

  /** A path of the interface at a node, behind the path that its uri may have. */
  static URI under(Node node, String path) {
    String base = node.uri().getRawPath() == null ? "" : node.uri().getRawPath();
    String prefix = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return node.uri().resolve(prefix + path);
  }

  private boolean well(Said said) {
    if (said.status() < 200 || said.status() > 299) {
      throw new IllegalStateException("status " + said.status());
    }
    if (wanted != null && !wanted.matcher(said.body()).find()) {
      throw new IllegalStateException("body without " + wanted);
    }
    return true;
  }
}
