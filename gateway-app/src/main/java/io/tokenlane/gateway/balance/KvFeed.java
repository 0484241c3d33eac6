package io.tokenlane.gateway.balance;

import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows what nodes tell of their KV caches at {@code /kv-events} (docs/contracts/kv-events.json):
 * the events behind the last one known, or everything anew after a node's restart or a gap.
 */
final class KvFeed {
  private static final String PATH = "/kv-events";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final NodeAsker asker;
  private final BlockIndex index;
  private final Map<String, Position> positions = new ConcurrentHashMap<>();

  private record Position(String epoch, long last) {}

  KvFeed(NodeAsker asker, BlockIndex index) {
    this.asker = asker;
    this.index = index;
  }

  /** Forgets the nodes that are none of these; to be called before each round. */
  void follow(List<Node> nodes) {
    Set<String> ids = nodes.stream().map(Node::id).collect(Collectors.toSet());
    positions.keySet().retainAll(ids);
    index.nodes().stream().filter(id -> !ids.contains(id)).forEach(index::forget);
  }

  /** Reads on; false where the node has no such feed. */
  Mono<Boolean> read(Node node) {
    Position known = positions.get(node.id());
    String query = known == null ? "" : "?epoch=" + known.epoch() + "&after=" + known.last();
    return asker
        .body(node, PATH + query)
        .map(body -> take(node.id(), body))
        .defaultIfEmpty(false)
        .onErrorReturn(false)
        .doOnNext(told -> forgetUnless(told, node.id()));
  }

  private void forgetUnless(boolean told, String nodeId) {
    if (!told) {
      positions.remove(nodeId);
      index.forget(nodeId);
    }
  }

  /** Applies one answer; false if it is none. */
  boolean take(String nodeId, String body) {
    try {
      JsonNode feed = MAPPER.readTree(body);
      String epoch = feed.path("epoch").asString("");
      if (epoch.isEmpty()) {
        return false;
      }
      return feed.path("snapshot").isArray()
          ? snapshot(nodeId, epoch, feed)
          : events(nodeId, epoch, feed.path("events"));
    } catch (JacksonException notAFeed) {
      return false;
    }
  }

  private boolean snapshot(String nodeId, String epoch, JsonNode feed) {
    List<String> hashes = new ArrayList<>();
    feed.path("snapshot").forEach(hash -> hashes.add(hash.asString("")));
    index.snapshot(nodeId, hashes);
    positions.put(nodeId, new Position(epoch, feed.path("last").asLong(0)));
    return true;
  }

  private boolean events(String nodeId, String epoch, JsonNode events) {
    long last = 0;
    for (JsonNode event : events) {
      String hash = event.path("hash").asString("");
      if ("stored".equals(event.path("type").asString(""))) {
        index.stored(nodeId, hash, event.path("parent").asString(null));
      } else {
        index.evicted(nodeId, hash);
      }
      last = event.path("number").asLong(last);
    }
    if (last > 0) {
      positions.put(nodeId, new Position(epoch, last));
    }
    return events.isArray();
  }
}
