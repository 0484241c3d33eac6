package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Asks nodes about themselves, with the credential that they want of the gateway.
 *
 * @param apiKeys the credential for a node of this id; empty where it needs none
 */
record NodeAsker(HttpClient client, Function<String, Optional<String>> apiKeys) {

  /** The body at a path of the node's host; empty unless the status is 200. */
  Mono<String> body(Node node, String path) {
    return client
        .headers(
            fields ->
                apiKeys
                    .apply(node.id())
                    .ifPresent(key -> fields.set("Authorization", "Bearer " + key)))
        .get()
        .uri(node.uri().resolve(path))
        .responseSingle(
            (response, body) ->
                response.status().code() == 200
                    ? body.asString()
                    : body.then(Mono.<String>empty()));
  }
}
