package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Keeps the pool's fleet as {@code tokenlane.nodes} has it: entries with an address of their own as
 * they stand, each other one in the nodes that a name server, a discovery client or Kubernetes
 * tells now. A lookup that fails changes nothing.
 */
final class NodeSources {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSources.class);

  private final NodePool pool;
  private final Lookup lookup;
  private final Map<Source, List<ServiceWatch.Member>> found = new ConcurrentHashMap<>();
  private final Set<Source> followed = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ServiceWatch watch;
  private volatile List<NodeProperties> entries;
  private volatile Map<String, NodeProperties> byNode = Map.of();
  private volatile boolean standby;
  private List<Node> fleet = List.of();

  /** Who tells nodes; what else an entry says of them may change, and they stay. */
  private record Source(URI uri, boolean kubernetes) {
    static Source of(NodeProperties entry) {
      return new Source(entry.uri(), entry.kubernetes());
    }
  }

  /** Where the nodes of an entry listen now. */
  @FunctionalInterface
  interface Lookup {
    Mono<List<URI>> addresses(NodeProperties entry);
  }

  NodeSources(NodePool pool, NodeList nodes, Lookup lookup) {
    this.pool = pool;
    this.entries = nodes.all();
    this.lookup = lookup;
    publish();
  }

  /** From now on these; calls on nodes that are gone end as they would have. */
  void replace(NodeList next) {
    entries = next.all();
    Set<Source> wanted = next.all().stream().map(Source::of).collect(Collectors.toSet());
    found.keySet().removeIf(source -> !source.kubernetes() && !wanted.contains(source));
    publish();
    look();
    followAll();
  }

  /** Whether there should be nodes, also where none was found yet. */
  boolean any() {
    return !entries.isEmpty();
  }

  /** Asks for all entries that have no address of their own; the fleet follows the answers. */
  void look() {
    for (NodeProperties entry : entries) {
      if (entry.lookedUp()) {
        var _ =
            lookup
                .addresses(entry)
                .subscribe(
                    addresses -> found(entry, addresses.stream().map(NodeSources::member).toList()),
                    failure -> LOG.warn("node {}: {}", entry.name(), failure.toString()));
      }
    }
  }

  /** Whether any entry's nodes are told by Kubernetes. */
  boolean watched() {
    return entries.stream().anyMatch(NodeProperties::kubernetes);
  }

  /** The fleet follows what the watch tells from now on. */
  void follow(ServiceWatch opened) {
    watch = opened;
    followAll();
  }

  /** Each service once: a watch goes on telling of those that are in no entry any more. */
  private void followAll() {
    ServiceWatch opened = watch;
    for (NodeProperties entry : entries) {
      if (!entry.kubernetes()) {
        continue;
      }
      if (opened == null) {
        LOG.warn("node {}: kubernetes: true (expected: at a start; restart)", entry.name());
      } else if (followed.add(Source.of(entry))) {
        opened.follow(entry.uri(), members -> found(entry, members));
      }
    }
  }

  private static ServiceWatch.Member member(URI address) {
    String place = address.getAuthority().replace("[", "").replace("]", "");
    return new ServiceWatch.Member(place, address);
  }

  private void found(NodeProperties entry, List<ServiceWatch.Member> members) {
    if (!members.equals(found.put(Source.of(entry), List.copyOf(members)))) {
      LOG.info("node {}: {} found", entry.name(), members.size());
      publish();
    }
  }

  private synchronized void publish() {
    Map<String, Node> nodes = new LinkedHashMap<>();
    Map<String, NodeProperties> owners = new LinkedHashMap<>();
    for (NodeProperties entry : entries) {
      for (Node node : nodes(entry)) {
        nodes.putIfAbsent(node.id(), node);
        owners.putIfAbsent(node.id(), entry);
      }
    }
    byNode = owners;
    standby = entries.stream().anyMatch(NodeProperties::standby);
    List<Node> next = List.copyOf(nodes.values());
    if (!next.equals(fleet)) {
      fleet = next;
      pool.replace(next);
    }
  }

  private List<Node> nodes(NodeProperties entry) {
    if (entry.isNode()) {
      return List.of(new Node(entry.name(), entry.uri(), entry.weight(), entry.limit()));
    }
    List<Node> nodes = new ArrayList<>();
    for (ServiceWatch.Member member : found.getOrDefault(Source.of(entry), List.of())) {
      String id = entry.id() == null ? member.name() : entry.id() + '-' + member.name();
      nodes.add(new Node(id, member.uri(), entry.weight(), entry.limit()));
    }
    return nodes;
  }

  /** The pool whose fleet this keeps. */
  NodePool pool() {
    return pool;
  }

  /** Whether any node is on standby. */
  boolean standby() {
    return standby;
  }

  /** Whether a node is asked only while no other serves. */
  boolean standby(String nodeId) {
    NodeProperties entry = byNode.get(nodeId);
    return entry != null && entry.standby();
  }

  /** The model that a node on standby is asked for. */
  Optional<String> model(String nodeId) {
    return Optional.ofNullable(byNode.get(nodeId)).map(NodeProperties::model);
  }

  /** The credential for a node; empty where it needs none. */
  Optional<String> apiKey(String nodeId) {
    return Optional.ofNullable(byNode.get(nodeId)).map(NodeProperties::apiKey);
  }
}
