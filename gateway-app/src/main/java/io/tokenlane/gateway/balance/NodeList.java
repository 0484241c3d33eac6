package io.tokenlane.gateway.balance;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code tokenlane.nodes}: the fleet, in order.
 *
 * @param all may be empty where the gateway only proxies plain routes
 */
public record NodeList(List<NodeProperties> all) {

  /** Checks that names are unique. */
  public NodeList {
    all = List.copyOf(all);
    Set<String> names = new HashSet<>();
    for (NodeProperties node : all) {
      if (!names.add(node.name())) {
        throw new IllegalArgumentException("nodes: " + node.name() + " twice (expected: once)");
      }
    }
  }
}
