package io.tokenlane.gateway.catalog;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.util.List;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code GET /v1/models} with the models of all nodes, and {@code GET /v1/models/ID}. What
 * the catalog does not know yet is asked of a node.
 */
final class ModelsFilter implements GlobalFilter, Ordered {
  private static final String MODELS = "/v1/models";
  private static final String ONE_MODEL = MODELS + "/";

  private final ModelCatalog catalog;

  ModelsFilter(ModelCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public int getOrder() {
    return FilterOrder.CATALOG;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    boolean reads = HttpMethod.GET.equals(exchange.getRequest().getMethod());
    Optional<JsonNode> known =
        reads && RouteConfig.onNodes(exchange)
            ? answer(ApiPath.of(exchange.getRequest()))
            : Optional.empty();
    return known.isPresent() ? write(exchange, known.get()) : chain.filter(exchange);
  }

  private Optional<JsonNode> answer(String path) {
    if (path.equals(MODELS)) {
      return catalog.models().map(ModelsFilter::list);
    }
    return path.startsWith(ONE_MODEL)
        ? catalog.model(path.substring(ONE_MODEL.length()))
        : Optional.empty();
  }

  private static JsonNode list(List<JsonNode> models) {
    ObjectNode list = JsonMapper.shared().createObjectNode();
    list.put("object", "list");
    models.forEach(list.putArray("data")::add);
    return list;
  }

  private static Mono<Void> write(ServerWebExchange exchange, JsonNode answer) {
    byte[] body = JsonMapper.shared().writeValueAsBytes(answer);
    ServerHttpResponse response = exchange.getResponse();
    response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
    response.getHeaders().setContentLength(body.length);
    response.getHeaders().set("Cache-Status", "tokenlane; detail=catalog");
    return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
  }
}
