package io.tokenlane.gateway.compress;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Compresses chats on a bounded scheduler. Never breaks a call: where there is no room or something
 * fails, the body goes on as it came, counted.
 */
final class CompressFilter implements GlobalFilter, Ordered {
  private final MessageCompressor compressor;
  private final Scheduler workers;
  private final Counter saved;
  private final Counter skipped;

  CompressFilter(MessageCompressor compressor, Scheduler workers, MeterRegistry meters) {
    this.compressor = compressor;
    this.workers = workers;
    this.saved =
        Counter.builder("tokenlane.compression.tokens.saved")
            .description("Prompt tokens not sent")
            .register(meters);
    this.skipped =
        Counter.builder("tokenlane.compression.skipped")
            .description("Calls sent as they came for want of room or for a failure")
            .register(meters);
  }

  @Override
  public int getOrder() {
    return FilterOrder.COMPRESS;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    Optional<InferenceCall> chat = trail.call().filter(call -> call.kind() == CallKind.CHAT);
    if (chat.isEmpty()) {
      return chain.filter(exchange);
    }
    return Mono.fromCallable(() -> rewritten(exchange, chat.get(), trail))
        .subscribeOn(workers)
        .onErrorResume(
            failure -> {
              skipped.increment();
              return Mono.just(exchange);
            })
        .flatMap(chain::filter);
  }

  private ServerWebExchange rewritten(ServerWebExchange exchange, InferenceCall call, Trail trail) {
    MessageCompressor.Outcome outcome = compressor.compress(call.body());
    trail.compressed(outcome.tokens());
    if (outcome.body() == null) {
      return exchange;
    }
    saved.increment((double) outcome.tokens().original() - outcome.tokens().sent());
    return BodyRequest.with(exchange, ByteBuffer.wrap(CallParser.write(outcome.body())));
  }
}
