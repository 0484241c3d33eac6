package io.tokenlane.gateway.console;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.balance.NodeClients;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What nodes tell at {@code /load} beyond what balancing needs: their queue, their KV cache. Asked
 * only while somebody looks; a node that does not have it is shown without.
 */
final class NodeSigns {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient client;
  private final NodePool pool;
  private final Map<String, JsonNode> latest = new ConcurrentHashMap<>();
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  NodeSigns(NodePool pool, NodeClients clients) {
    this.pool = pool;
    this.client = clients.pooled().responseTimeout(TIMEOUT);
  }

  /** Asks all nodes, none twice at once. */
  void look() {
    latest.keySet().retainAll(pool.nodes().stream().map(Node::id).collect(Collectors.toSet()));
    pool.nodes().forEach(this::ask);
  }

  private void ask(Node node) {
    if (!asking.add(node.id())) {
      return;
    }
    var _ =
        client
            .get()
            .uri(node.uri().resolve("/load"))
            .responseSingle((response, body) -> body.asString())
            .timeout(TIMEOUT)
            .onErrorReturn("")
            .doFinally(signal -> asking.remove(node.id()))
            .subscribe(body -> keep(node.id(), body));
  }

  private void keep(String id, String body) {
    try {
      JsonNode told = JSON.readTree(body).path("named_metrics");
      if (told.isObject()) {
        latest.put(id, told);
        return;
      }
    } catch (JacksonException notOurs) {
      // As for a node that says nothing.
    }
    latest.remove(id);
  }

  /** The named metrics of a node's latest report. */
  Optional<JsonNode> of(String nodeId) {
    return Optional.ofNullable(latest.get(nodeId));
  }
}
