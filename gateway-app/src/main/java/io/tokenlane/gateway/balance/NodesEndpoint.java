package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * {@code /actuator/nodes}: what the gateway knows of its nodes; an operator drains and readmits.
 */
@Endpoint(id = "nodes")
public final class NodesEndpoint {
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;

  private final NodePool pool;

  NodesEndpoint(NodePool pool) {
    this.pool = pool;
  }

  /** All nodes by id. */
  @ReadOperation
  public Map<String, Map<String, Object>> nodes() {
    Map<String, Map<String, Object>> nodes = new LinkedHashMap<>();
    pool.snapshot().forEach(node -> nodes.put(node.node().id(), details(node)));
    return nodes;
  }

  /** One node; 404 for an id that is not there. */
  @ReadOperation
  public WebEndpointResponse<Map<String, Object>> node(@Selector String id) {
    Map<String, Object> known = nodes().get(id);
    return known == null ? missing(id) : new WebEndpointResponse<>(known);
  }

  /** Action {@code drain} or {@code readmit}; answers with what the node is then. */
  @WriteOperation
  public WebEndpointResponse<Map<String, Object>> change(
      @Selector String id, @Nullable String action) {
    boolean there =
        switch (action == null ? "" : action) {
          case "drain" -> pool.drain(id);
          case "readmit" -> pool.readmit(id);
          default -> false;
        };
    if (there) {
      return node(id);
    }
    return nodes().containsKey(id)
        ? refused(BAD_REQUEST, "action: " + action + " (expected: drain or readmit)")
        : missing(id);
  }

  private static WebEndpointResponse<Map<String, Object>> missing(String id) {
    return refused(NOT_FOUND, "node: " + id + " (expected: one of the fleet)");
  }

  private static WebEndpointResponse<Map<String, Object>> refused(int status, String why) {
    return new WebEndpointResponse<>(Map.of("error", why), status);
  }

  static Map<String, Object> details(NodeSnapshot node) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("state", node.state().name());
    details.put("uri", node.node().uri().toString());
    details.put("weight", node.node().weight());
    details.put("inFlight", node.inFlight());
    if (node.limit() > 0) {
      details.put("limit", node.limit());
    }
    details.put("slowness", rounded(node.slowness()));
    details.put("successRate", rounded(node.successRate()));
    details.put("inStateSeconds", node.inState().toSeconds());
    node.latency().ifPresent(l -> details.put("latencyMs", l.toMillis()));
    node.lastFailure().ifPresent(f -> details.put("lastFailure", f));
    return details;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
