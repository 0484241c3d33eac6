package io.tokenlane.gateway.resilience;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.NextAttempt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks another model where no node answered for the one that was asked, and says so in {@code
 * x-tokenlane-model}. Such an answer is not stored: it is not the answer to what was asked.
 */
final class Fallbacks {
  private static final String MODEL = "x-tokenlane-model";

  private final Map<String, String> models;
  private final ResilienceMeters meters;

  Fallbacks(Map<String, String> models, ResilienceMeters meters) {
    this.models = Map.copyOf(models);
    this.meters = meters;
  }

  Mono<Void> ask(ServerWebExchange exchange, GatewayFilterChain chain, InferenceCall call) {
    String other = models.get(call.model());
    Trail trail = Trail.of(exchange);
    trail.fallbackMayServe(other != null);
    return chain
        .filter(exchange)
        .onErrorResume(
            failure ->
                other == null || exchange.getResponse().isCommitted() || !ofNodes(failure)
                    ? Mono.error(failure)
                    : instead(exchange, chain, call, other));
  }

  private Mono<Void> instead(
      ServerWebExchange exchange, GatewayFilterChain chain, InferenceCall call, String model) {
    meters.fellBack();
    Trail trail = Trail.of(exchange);
    trail.fallbackMayServe(false);
    NextAttempt.on(exchange);
    ObjectNode body = call.body().deepCopy();
    body.put("model", model);
    byte[] bytes = CallParser.write(body);
    trail.admitted(CallParser.parse(call.kind(), bytes));
    ServerWebExchange marked =
        exchange.mutate().response(new Marked(exchange.getResponse(), model)).build();
    return chain.filter(BodyRequest.with(marked, ByteBuffer.wrap(bytes)));
  }

  /** Says which model answers, when the cache is about to judge the answer. */
  private static final class Marked extends BodyWatch {
    private final String model;

    Marked(ServerHttpResponse delegate, String model) {
      super(delegate);
      this.model = model;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      getHeaders().set(MODEL, model);
      getHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
      return body;
    }
  }

  private static boolean ofNodes(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof TimeoutException
        || failure instanceof AbortedException
        || (failure instanceof ApiException api
            && (api.status() == HttpStatus.SERVICE_UNAVAILABLE
                || api.status() == HttpStatus.GATEWAY_TIMEOUT));
  }
}
