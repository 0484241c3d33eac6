package io.tokenlane.gateway.balance;

import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.Node;
import io.tokenlane.gateway.call.FieldsRequest;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Addresses the request to the leased node, with the gateway's own credentials; and turns a node's
 * refusal into a failure while its body is still unread, so that another node can be tried.
 */
final class ForwardFilter implements GlobalFilter, Ordered {
  private static final String KV_PREFIX = "x-tokenlane-kv-prefix";
  private static final List<String> CREDENTIALS =
      List.of(HttpHeaders.AUTHORIZATION, "x-api-key", "api-key", HttpHeaders.COOKIE);

  private final boolean forwardAuthorization;
  private final NodeSources sources;
  private final BlockIndex index;
  private final FleetEnergy fleet;

  ForwardFilter(
      boolean forwardAuthorization, NodeSources sources, FleetEnergy fleet, BlockIndex index) {
    this.fleet = fleet;
    this.sources = sources;
    this.index = index;
    this.forwardAuthorization = forwardAuthorization;
  }

  @Override
  public int getOrder() {
    return FilterOrder.FORWARD;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    if (!RouteConfig.onNodes(exchange)) {
      return chain.filter(exchange);
    }
    Node node = Trail.of(exchange).lease().orElseThrow().node();
    exchange
        .getAttributes()
        .put(
            ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR,
            target(node.uri(), exchange.getRequest().getURI()));
    return chain
        .filter(addressed(exchange, node.id()))
        .then(Mono.defer(() -> answered(exchange, node)));
  }

  /** Copied only where something of it changes: it stays for as long as a stream goes on. */
  private ServerWebExchange addressed(ServerWebExchange exchange, String nodeId) {
    HttpHeaders came = exchange.getRequest().getHeaders();
    boolean asItIs =
        sources.apiKey(nodeId).isEmpty()
            && !came.containsHeader(HttpHeaders.ACCEPT_ENCODING)
            && (forwardAuthorization || CREDENTIALS.stream().noneMatch(came::containsHeader));
    return asItIs
        ? exchange
        : exchange
            .mutate()
            .request(new FieldsRequest(exchange.getRequest(), h -> credentials(h, nodeId)))
            .build();
  }

  private void credentials(HttpHeaders headers, String nodeId) {
    if (!forwardAuthorization) {
      CREDENTIALS.forEach(headers::remove);
    }
    sources.apiKey(nodeId).ifPresent(headers::setBearerAuth);
    // Stored and watched answers are read here: they must not come compressed.
    headers.remove(HttpHeaders.ACCEPT_ENCODING);
  }

  private Mono<Void> answered(ServerWebExchange exchange, Node node) {
    LoadHeader.read(exchange.getResponse().getHeaders().getFirst(LoadHeader.NAME))
        .ifPresent(told -> fleet.told(node.id(), told));
    learnBlocks(exchange, node);
    HttpStatusCode status = exchange.getResponse().getStatusCode();
    if (status != null && isRefused(exchange, status.value())) {
      return Mono.error(new NodeFailedException(status.value()));
    }
    exchange.getResponse().beforeCommit(() -> committed(exchange));
    return Mono.empty();
  }

  /**
   * Spring's list of the answer's fields, by which they can be taken back until then, would stay
   * for as long as a stream goes on.
   */
  private static Mono<Void> committed(ServerWebExchange exchange) {
    exchange.getAttributes().remove(ServerWebExchangeUtils.CLIENT_RESPONSE_HEADER_NAMES);
    return Mono.empty();
  }

  /** Which block the prompt ends with, where its node also tells which blocks it holds. */
  private void learnBlocks(ServerWebExchange exchange, Node node) {
    String last = exchange.getResponse().getHeaders().getFirst(KV_PREFIX);
    if (last != null && index.held(node.id()) > 0) {
      Trail.of(exchange)
          .call()
          .ifPresent(call -> index.answered(PromptShape.of(call).beginnings(), last));
    }
  }

  private static boolean isRefused(ServerWebExchange exchange, int status) {
    Trail trail = Trail.of(exchange);
    HttpMethod method = exchange.getRequest().getMethod();
    boolean changesNothing =
        NodeFailures.SAFE.contains(method)
            || trail.call().filter(InferenceCall::onlyAsks).isPresent();
    // The fleet is looked through only where there is a refusal.
    return NodeFailures.refuses(status, changesNothing) && trail.anotherMayServe();
  }

  private static URI target(URI node, URI request) {
    String base = node.getRawPath() == null ? "" : node.getRawPath();
    String prefix = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return URI.create(
        node.getScheme()
            + "://"
            + node.getRawAuthority()
            + prefix
            + request.getRawPath()
            + query(request.getRawQuery()));
  }

  private static String query(@Nullable String query) {
    return query == null ? "" : "?" + query;
  }
}
