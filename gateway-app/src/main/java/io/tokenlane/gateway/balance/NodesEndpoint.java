package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.ScaleHint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final ServicePools services;

  NodesEndpoint(NodePool pool, ServicePools services) {
    this.pool = pool;
    this.services = services;
  }

  /** The fleet by id, what is to be expected, and the instances behind {@code lb://} routes. */
  @ReadOperation
  public Map<String, Object> nodes() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("nodes", byId(pool));
    all.put("forecast", forecast(pool.scaleHint()));
    Map<String, Object> instances = instances(services);
    if (!instances.isEmpty()) {
      all.put("services", instances);
    }
    return all;
  }

  static Map<String, Object> instances(ServicePools services) {
    Map<String, Object> instances = new LinkedHashMap<>();
    services.all().forEach((service, fleet) -> instances.put(service, byId(fleet)));
    return instances;
  }

  private static Map<String, Map<String, Object>> byId(NodePool fleet) {
    Map<String, Map<String, Object>> nodes = new LinkedHashMap<>();
    fleet.snapshot().forEach(node -> nodes.put(node.node().id(), details(node)));
    return nodes;
  }

  private static Map<String, Object> forecast(ScaleHint hint) {
    Map<String, Object> forecast = new LinkedHashMap<>();
    forecast.put("callsPerSecond", rounded(hint.callsPerSecond()));
    forecast.put(
        "callsPerSecondIn" + ScaleHint.SOON_SECONDS + "s", rounded(hint.callsPerSecondSoon()));
    forecast.put("busySlots", rounded(hint.busySlots()));
    if (hint.nodes() > 0) {
      forecast.put("nodesWanted", hint.nodes());
    }
    return forecast;
  }

  /** One node; 404 for an id that is not there. */
  @ReadOperation
  public WebEndpointResponse<Map<String, Object>> node(@Selector String id) {
    for (NodePool fleet : fleets()) {
      Map<String, Object> known = byId(fleet).get(id);
      if (known != null) {
        return new WebEndpointResponse<>(known);
      }
    }
    return missing(id);
  }

  private List<NodePool> fleets() {
    List<NodePool> fleets = new ArrayList<>(services.all().values());
    fleets.addFirst(pool);
    return fleets;
  }

  /** Action {@code drain} or {@code readmit}; answers with what the node is then. */
  @WriteOperation
  public WebEndpointResponse<Map<String, Object>> change(
      @Selector String id, @Nullable String action) {
    boolean drains = "drain".equals(action);
    if (!drains && !"readmit".equals(action)) {
      WebEndpointResponse<Map<String, Object>> known = node(id);
      return known.getStatus() == NOT_FOUND
          ? known
          : refused(BAD_REQUEST, "action: " + action + " (expected: drain or readmit)");
    }
    for (NodePool fleet : fleets()) {
      if (drains ? fleet.drain(id) : fleet.readmit(id)) {
        return node(id);
      }
    }
    return missing(id);
  }

  private static WebEndpointResponse<Map<String, Object>> missing(String id) {
    return refused(NOT_FOUND, "node: " + id + " (expected: one of the fleet)");
  }

  private static WebEndpointResponse<Map<String, Object>> refused(int status, String why) {
    return new WebEndpointResponse<>(Map.of("error", why), status);
  }

  /** One node as it is shown. */
  public static Map<String, Object> details(NodeSnapshot node) {
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
