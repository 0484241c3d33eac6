package io.tokenlane.gateway.prefetch;

import io.tokenlane.balance.Node;
import io.tokenlane.gateway.call.CallParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.node.ObjectNode;

/** Has nodes compute beginnings of prompts ahead of time ({@code POST /v1/prefixes}). */
final class NodePrefixes {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client;
  private final Function<String, Optional<String>> apiKeys;

  /**
   * @param client reaches nodes as calls do
   * @param apiKeys the key of a node by its id
   */
  NodePrefixes(HttpClient client, Function<String, Optional<String>> apiKeys) {
    this.client = client.responseTimeout(PATIENCE);
    this.apiKeys = apiKeys;
  }

  /** The node's status; 0 where it did not answer. */
  Mono<Integer> compute(Node node, ObjectNode body) {
    String json = new String(CallParser.write(body), StandardCharsets.UTF_8);
    return client
        .headers(
            headers -> {
              headers.set("Content-Type", "application/json");
              apiKeys
                  .apply(node.id())
                  .ifPresent(key -> headers.set("Authorization", "Bearer " + key));
            })
        .post()
        .uri(node.uri().resolve("/v1/prefixes"))
        .send(ByteBufMono.fromString(Mono.just(json)))
        .responseSingle((response, answer) -> answer.then(Mono.just(response.status().code())))
        .onErrorReturn(0);
  }
}
