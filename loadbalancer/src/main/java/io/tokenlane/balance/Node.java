package io.tokenlane.balance;

import java.net.URI;

/**
 * One inference server.
 *
 * @param id unique within the fleet, not blank; statistics survive a reload as long as it stays
 * @param uri where calls go, absolute
 * @param weight share relative to the other nodes, as in nginx; &gt; 0, default 1
 * @param limit calls it computes at once, all gateways together; ≥ 0, 0 (default) if unknown
 */
public record Node(String id, URI uri, double weight, int limit) {
  /** Checks the ranges. */
  public Node {
    if (id.isBlank()) {
      throw new IllegalArgumentException("node id: blank (expected: a name)");
    }
    if (!uri.isAbsolute()) {
      throw new IllegalArgumentException(
          "uri of node " + id + ": " + uri + " (expected: absolute)");
    }
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "weight of node " + id + ": " + weight + " (expected: > 0, finite)");
    }
    if (limit < 0) {
      throw new IllegalArgumentException(
          "limit of node " + id + ": " + limit + " (expected: >= 0)");
    }
  }

  /** A node of unknown limit. */
  public Node(String id, URI uri, double weight) {
    this(id, uri, weight, 0);
  }

  /** A node of weight 1 and unknown limit. */
  public Node(String id, URI uri) {
    this(id, uri, 1, 0);
  }
}
