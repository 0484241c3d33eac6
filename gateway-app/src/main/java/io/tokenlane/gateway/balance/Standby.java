package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.NodeState;
import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nodes that are asked only while no other serves, as a small model at the edge is while the cloud
 * is out of reach. Their answers say so in {@value #FIELD} and are not stored: once the cloud is
 * back, it is to be asked.
 */
final class Standby {
  static final String FIELD = "x-tokenlane-fallback";
  static final String MODEL = "x-tokenlane-model";

  private final NodePool pool;
  private final NodeSources sources;

  Standby(NodePool pool, NodeSources sources) {
    this.pool = pool;
    this.sources = sources;
  }

  /** Whether there is a node to be asked that is none of these. */
  boolean anyBut(Set<String> excluded) {
    return pool.anyBut(excluded);
  }

  /**
   * Nodes not meant for the request: those that lack its model, and those on standby while another
   * serves.
   *
   * @param tried nodes that had the request
   */
  Set<String> unfit(Set<String> tried, Set<String> lacking) {
    if (!sources.standby()) {
      return lacking;
    }
    List<NodeSnapshot> nodes = pool.snapshot();
    Predicate<NodeSnapshot> had = node -> tried.contains(node.node().id());
    boolean another =
        nodes.stream()
            .filter(had.negate())
            .anyMatch(n -> n.state().serves() && mayServeFirst(n.node().id(), lacking));
    Set<String> unfit = new HashSet<>(lacking);
    nodes.stream()
        .filter(node -> another ? onStandby(node) : !onStandby(node) && outOfReach(node))
        .forEach(node -> unfit.add(node.node().id()));
    boolean any = nodes.stream().anyMatch(had.negate().and(n -> !unfit.contains(n.node().id())));
    return any ? unfit : lacking;
  }

  private boolean onStandby(NodeSnapshot node) {
    return sources.standby(node.node().id());
  }

  /**
   * While those on standby are asked, a node that is down is not: it would have to fail first. One
   * that is due for its trial would else never be back.
   */
  private static boolean outOfReach(NodeSnapshot node) {
    return node.state() != NodeState.TRIAL;
  }

  /** Of the nodes that lack a model, those that are not asked for one of their own instead. */
  Set<String> lacking(Set<String> nodes) {
    return nodes.stream().filter(id -> sources.model(id).isEmpty()).collect(Collectors.toSet());
  }

  private boolean mayServeFirst(String nodeId, Set<String> lacking) {
    return !lacking.contains(nodeId) && !sources.standby(nodeId);
  }

  /** The exchange as the node is to see it, and its answer as the client is. */
  Mono<ServerWebExchange> prepared(ServerWebExchange exchange, String nodeId) {
    if (!sources.standby(nodeId)) {
      return Mono.just(exchange);
    }
    String model = sources.model(nodeId).orElse(null);
    ServerWebExchange marked =
        exchange.mutate().response(new Marked(exchange.getResponse(), model)).build();
    InferenceCall call = Trail.of(exchange).call().orElse(null);
    return model == null || call == null
        ? Mono.just(marked)
        : DataBufferUtils.join(exchange.getRequest().getBody())
            .map(body -> asking(marked, call, bytes(body), model));
  }

  private static byte[] bytes(DataBuffer body) {
    byte[] bytes = new byte[body.readableByteCount()];
    body.read(bytes);
    DataBufferUtils.release(body);
    return bytes;
  }

  private static ServerWebExchange asking(
      ServerWebExchange exchange, InferenceCall call, byte[] body, String model) {
    ObjectNode changed = CallParser.parse(call.kind(), body).body().deepCopy();
    changed.put("model", model);
    return BodyRequest.with(exchange, ByteBuffer.wrap(CallParser.write(changed)));
  }

  private static final class Marked extends BodyWatch {
    private final @Nullable String model;

    Marked(ServerHttpResponse delegate, @Nullable String model) {
      super(delegate);
      this.model = model;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      getHeaders().set(FIELD, "local");
      if (model != null) {
        getHeaders().set(MODEL, model);
      }
      getHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
      return body;
    }
  }
}
