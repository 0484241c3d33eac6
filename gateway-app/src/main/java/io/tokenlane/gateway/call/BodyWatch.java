package io.tokenlane.gateway.call;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A response whose body passes through {@link #watch}, whether it is written at once or flushed
 * chunk by chunk; chunks are flushed as they were.
 */
public abstract class BodyWatch extends ServerHttpResponseDecorator {

  /** Watches what is written to {@code delegate}. */
  protected BodyWatch(ServerHttpResponse delegate) {
    super(delegate);
  }

  /** The body as it goes on; called once per write, when status and fields are known. */
  protected abstract Flux<DataBuffer> watch(Flux<DataBuffer> body);

  @Override
  public final Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
    return watched(Flux.from(body).map(buffer -> buffer));
  }

  @Override
  public final Mono<Void> writeAndFlushWith(
      Publisher<? extends Publisher<? extends DataBuffer>> body) {
    Groups groups = new Groups();
    // Prefetch 0: a chunk waiting in a queue would be a chunk flushed late.
    return watched(Flux.from(body).map(groups::owned).concatMap(chunk -> chunk, 0))
        .doFinally(signal -> groups.end());
  }

  /**
   * Reactor Netty writes each buffer as a chunk of its own and flushes when no other is there, so
   * that groups, which would be a queue and two objects a chunk more, tell it nothing new.
   */
  private Mono<Void> watched(Flux<DataBuffer> body) {
    Flux<DataBuffer> passing = watch(body);
    return getDelegate() instanceof BodyWatch next
        ? next.watched(passing)
        : super.writeWith(Discarded.released(passing));
  }
}
