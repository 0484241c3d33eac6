package io.tokenlane.gateway.resilience;

import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.NodeState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which nodes were down at one moment, and for how long; what that says of requests they have. */
public final class DownNodes {
  /** In place of a time: the node is not down. */
  private static final long SERVES = -1;

  /** How long a node has to be down before the answers it holds are given up. */
  private static final long AMID_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Map<String, Long> nanos = new HashMap<>();

  DownNodes(List<NodeSnapshot> fleet) {
    for (NodeSnapshot node : fleet) {
      if (node.state() == NodeState.DOWN) {
        nanos.put(node.node().id(), node.inState().toNanos());
      }
    }
  }

  private long nanos(String nodeId) {
    return nanos.getOrDefault(nodeId, SERVES);
  }

  /**
   * Whether a node went down after it got a request that it has not begun to answer.
   *
   * @param waitedNanos since it got the request
   */
  public boolean before(String nodeId, long waitedNanos) {
    long downFor = nanos(nodeId);
    return downFor != SERVES && downFor < waitedNanos;
  }

  /**
   * Whether a node that has begun an answer will not go on with it.
   *
   * @param silentNanos since the last part of the answer
   */
  public boolean amid(String nodeId, long silentNanos) {
    long downFor = nanos(nodeId);
    return downFor > AMID_NANOS && silentNanos > downFor;
  }
}
