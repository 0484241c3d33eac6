package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Asks nodes for the usage of streams, and writes the usage of every call into its trail. */
final class StreamFilter implements GlobalFilter, Ordered {
  private static final int CHARS_PER_TOKEN = 4;

  private final boolean askUsage;

  StreamFilter(StreamProperties properties) {
    this.askUsage = properties.askUsage();
  }

  @Override
  public int getOrder() {
    return FilterOrder.STREAM;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Optional<InferenceCall> call = Trail.of(exchange).call();
    return call.isPresent() && RouteConfig.onNodes(exchange)
        ? pass(exchange, chain, call.get())
        : chain.filter(exchange);
  }

  private Mono<Void> pass(
      ServerWebExchange exchange, GatewayFilterChain chain, InferenceCall call) {
    boolean asks = askUsage && call.stream() && call.kind().endsWithDone() && !UsageAsked.by(call);
    Trail trail = Trail.of(exchange);
    UsageWatch watch = new UsageWatch(exchange.getResponse(), trail, asks);
    ServerWebExchange watched = exchange.mutate().response(watch).build();
    Mono<Void> answer = asks ? asked(watched, chain, call) : chain.filter(watched);
    // Before the signal goes on: who counts and settles the call stands outside and hears of it
    // next.
    return answer
        .doOnTerminate(() -> estimate(trail, call, watch, !watch.cut()))
        .doOnCancel(() -> estimate(trail, call, watch, call.stream()));
  }

  private static Mono<Void> asked(
      ServerWebExchange exchange, GatewayFilterChain chain, InferenceCall call) {
    if (exchange.getRequest() instanceof BodyRequest whole) {
      return chain.filter(asking(exchange, whole.bytes(), call));
    }
    return DataBufferUtils.join(exchange.getRequest().getBody())
        .map(StreamFilter::bytes)
        .flatMap(body -> chain.filter(asking(exchange, body, call)));
  }

  private static ServerWebExchange asking(
      ServerWebExchange exchange, byte[] body, InferenceCall call) {
    return BodyRequest.with(exchange, ByteBuffer.wrap(UsageAsked.in(body, call)));
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /**
   * Where the node had no time to tell: an event is about a token.
   *
   * @param told whether what has come tells of the tokens: a part of an answer in one piece does
   *     not
   */
  private static void estimate(Trail trail, InferenceCall call, UsageWatch watch, boolean told) {
    if (told && trail.usage().isEmpty() && trail.firstByteNanos() != 0) {
      int input =
          trail
              .promptTokens()
              .map(PromptTokens::sent)
              .orElse(call.raw().remaining() / CHARS_PER_TOKEN);
      trail.used(new Usage(input, 0, Math.toIntExact(watch.events()), false));
    }
  }
}
