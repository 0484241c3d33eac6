package io.tokenlane.gateway.prefetch;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeState;
import io.tokenlane.compress.template.Template;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Has every node compute the static beginning of every registered template before the first call
 * names it ({@code POST /v1/prefixes}), one at a time, and not while clients wait. A node that was
 * away has lost it and computes it again; one that does not know the path is not asked again.
 */
final class PrefixWarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(PrefixWarmUp.class);

  /** Shorter than a block of the KV cache there is nothing to keep. */
  private static final int SHORTEST_CHARS = 64;

  private final NodePool pool;
  private final Supplier<Collection<Template>> templates;
  private final NodePrefixes prefixes;
  private final BooleanSupplier busy;
  private final Patience patience;
  private final Set<Beginning> warm = ConcurrentHashMap.newKeySet();
  private final Set<String> without = ConcurrentHashMap.newKeySet();

  /** Asked for in this round; who failed comes again after all others. */
  private final Set<Beginning> tried = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean asking = new AtomicBoolean();
  private final AtomicLong computed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /**
   * @param busy whether clients' calls need the nodes now
   * @param patience whether what is wanted had better wait for less CO2
   */
  PrefixWarmUp(
      NodePool pool,
      Supplier<Collection<Template>> templates,
      NodePrefixes prefixes,
      BooleanSupplier busy,
      Patience patience) {
    this.patience = patience;
    this.pool = pool;
    this.templates = templates;
    this.prefixes = prefixes;
    this.busy = busy;
    pool.onChange(this::changed);
  }

  private void changed(Node node, NodeState state) {
    if (state == NodeState.DOWN) {
      warm.removeIf(beginning -> beginning.node().equals(node.id()));
    }
  }

  /** Begins with the next one that is missing; nothing where one is under way. */
  void look() {
    if (busy.getAsBoolean()) {
      return;
    }
    for (Node node : up()) {
      for (Template template : templates.get()) {
        boolean wanted =
            template.staticPrefix().length() >= SHORTEST_CHARS
                && !without.contains(node.id())
                && !warm.contains(Beginning.of(node, template))
                && !tried.contains(Beginning.of(node, template));
        if (wanted && !patience.over()) {
          return;
        }
        if (wanted && asking.compareAndSet(false, true)) {
          tried.add(Beginning.of(node, template));
          ask(node, template);
          return;
        }
      }
    }
    if (!asking.get()) {
      tried.clear();
      patience.again();
    }
  }

  private Collection<Node> up() {
    return pool.snapshot().stream()
        .filter(node -> node.state() == NodeState.UP || node.state() == NodeState.RAMPING)
        .map(node -> node.node())
        .collect(Collectors.toList());
  }

  /** On one node. Templates of several tenants may have it, or share a name and have others. */
  private record Beginning(String node, String text) {
    static Beginning of(Node node, Template template) {
      return new Beginning(node.id(), template.staticPrefix());
    }
  }

  private void ask(Node node, Template template) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", template.staticPrefix());
    var _ =
        prefixes
            .compute(node, body)
            .doFinally(signal -> asking.set(false))
            .subscribe(status -> told(node, template, status));
  }

  private void told(Node node, Template template, int status) {
    if (status == 200) {
      warm.add(Beginning.of(node, template));
      computed.incrementAndGet();
    } else if (status == 404 || status == 405) {
      without.add(node.id());
    } else {
      failed.incrementAndGet();
      if (status >= 400 && status < 500) {
        // This one is not to its liking, and will not be the next time.
        warm.add(Beginning.of(node, template));
      }
      LOG.info(
          "{}: the beginning of {} was not computed: {}", node.id(), template.reference(), status);
    }
  }

  /** What it came to. */
  Map<String, Object> account() {
    return Map.of(
        "computed", computed.get(), "failed", failed.get(), "nodesWithout", Set.copyOf(without));
  }
}
