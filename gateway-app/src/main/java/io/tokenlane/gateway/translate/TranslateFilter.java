package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns calls by another interface into chat completions before anything else looks at them, so
 * that cache, compression, limits and nodes know one kind of call. Routes to other upstreams are
 * left alone.
 */
final class TranslateFilter implements GlobalFilter, Ordered {
  private static final String CHAT_PATH = "/v1/chat/completions";

  @Override
  public int getOrder() {
    return FilterOrder.TRANSLATE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    Optional<Dialect> dialect = trail.call().flatMap(call -> Dialect.of(call.kind()));
    if (!RouteConfig.onNodes(exchange)) {
      return chain.filter(exchange);
    }
    if (dialect.isPresent()) {
      return chain.filter(translated(exchange, trail, trail.call().orElseThrow(), dialect.get()));
    }
    return ApiPath.isAnthropic(ApiPath.of(exchange.getRequest()))
        ? chain.filter(
            exchange.mutate().response(new MessagesErrors(exchange.getResponse())).build())
        : chain.filter(exchange);
  }

  private static ServerWebExchange translated(
      ServerWebExchange exchange, Trail trail, InferenceCall call, Dialect dialect) {
    Translation translation = dialect.request(call.body());
    ObjectNode chat = translation.chat();
    ByteBuffer body = ByteBuffer.wrap(CallParser.write(chat));
    trail.admitted(new InferenceCall(CallKind.CHAT, body, chat, call.ambiguous()));
    TranslatedResponse answer =
        new TranslatedResponse(exchange.getResponse(), dialect, call.body(), translation);
    ServerWebExchange asked =
        exchange
            .mutate()
            .request(exchange.getRequest().mutate().path(CHAT_PATH).build())
            .response(answer)
            .build();
    return BodyRequest.with(asked, body);
  }
}
