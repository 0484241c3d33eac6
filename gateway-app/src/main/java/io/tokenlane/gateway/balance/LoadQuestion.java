package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeReport;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * How busy a node is: as it says at {@code /load} (ours), else by its metrics at {@code /metrics}
 * (vLLM's and llama.cpp's). For nodes that do not say it with each answer, and for what others sent
 * them meanwhile.
 */
final class LoadQuestion {
  private final HttpClient client;
  private final NodePool pool;

  LoadQuestion(HttpClient client, NodePool pool) {
    this.client = client;
    this.pool = pool;
  }

  /** Tells the pool; false where the node says nothing that is understood. */
  Mono<Boolean> ask(Node node) {
    return read(node, "/load", LoadHeader::json)
        .switchIfEmpty(read(node, "/metrics", Metrics::read))
        .map(
            report -> {
              pool.report(node.id(), report);
              return true;
            })
        .defaultIfEmpty(false);
  }

  private Mono<NodeReport> read(
      Node node, String path, Function<String, Optional<NodeReport>> reader) {
    return Polls.body(client, node, path).mapNotNull(body -> reader.apply(body).orElse(null));
  }
}
