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
    return whole(Flux.from(body).map(buffer -> buffer));
  }

  @Override
  public final Mono<Void> writeAndFlushWith(
      Publisher<? extends Publisher<? extends DataBuffer>> body) {
    Groups groups = new Groups();
    // Prefetch 0: a chunk waiting in a queue would be a chunk flushed late.
    return parts(Flux.from(body).map(groups::owned).concatMap(chunk -> chunk, 0), groups);
  }

  private Mono<Void> whole(Flux<DataBuffer> body) {
    Flux<DataBuffer> watched = watch(body);
    return getDelegate() instanceof BodyWatch next
        ? next.whole(watched)
        : super.writeWith(Discarded.released(watched));
  }

  /** Where watches stand on each other, chunks are flattened once and grouped once for all. */
  private Mono<Void> parts(Flux<DataBuffer> chunks, Groups groups) {
    Flux<DataBuffer> watched = watch(chunks);
    return getDelegate() instanceof BodyWatch next
        ? next.parts(watched, groups)
        : super.writeAndFlushWith(Discarded.released(watched.map(groups::of)))
            .doFinally(signal -> groups.end());
  }
}
