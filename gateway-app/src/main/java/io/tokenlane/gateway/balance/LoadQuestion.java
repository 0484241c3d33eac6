package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * How busy a node is: as it says at {@code /load} (ours), else by its metrics at {@code /metrics}
 * (vLLM's and llama.cpp's). For nodes that do not say it with each answer, and for what others sent
 * them meanwhile.
 */
final class LoadQuestion {
  private final NodeAsker asker;
  private final FleetEnergy fleet;

  LoadQuestion(NodeAsker asker, FleetEnergy fleet) {
    this.asker = asker;
    this.fleet = fleet;
  }

  /** Tells the pool; false where the node says nothing that is understood. */
  Mono<Boolean> ask(Node node) {
    return read(node, "/load", LoadHeader::json)
        .switchIfEmpty(read(node, "/metrics", LoadQuestion::metrics))
        .map(
            report -> {
              fleet.told(node.id(), report);
              return true;
            })
        .defaultIfEmpty(false);
  }

  private static Optional<LoadHeader.Told> metrics(String text) {
    return Metrics.read(text).map(report -> new LoadHeader.Told(report, 0));
  }

  private Mono<LoadHeader.Told> read(
      Node node, String path, Function<String, Optional<LoadHeader.Told>> reader) {
    return asker.body(node, path).mapNotNull(body -> reader.apply(body).orElse(null));
  }
}
