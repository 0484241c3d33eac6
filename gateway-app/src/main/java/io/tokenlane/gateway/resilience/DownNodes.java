package io.tokenlane.gateway.resilience;

import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.NodeState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which nodes were down at one moment, and for how long. */
public final class DownNodes {
  /** In place of a time: the node is not down. */
  public static final long SERVES = -1;

  private final Map<String, Long> nanos = new HashMap<>();

  DownNodes(List<NodeSnapshot> fleet) {
    for (NodeSnapshot node : fleet) {
      if (node.state() == NodeState.DOWN) {
        nanos.put(node.node().id(), node.inState().toNanos());
      }
    }
  }

  /** Nanoseconds since the node went down, or {@link #SERVES}. */
  public long nanos(String nodeId) {
    return nanos.getOrDefault(nodeId, SERVES);
  }
}
