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
    return super.writeWith(Discarded.released(watch(Flux.from(body).map(buffer -> buffer))));
  }

  @Override
  public final Mono<Void> writeAndFlushWith(
      Publisher<? extends Publisher<? extends DataBuffer>> body) {
    Groups groups = new Groups();
    // Prefetch 0: a chunk waiting in a queue would be a chunk flushed late.
    Flux<DataBuffer> chunks = Flux.from(body).map(groups::owned).concatMap(chunk -> chunk, 0);
    return super.writeAndFlushWith(Discarded.released(watch(chunks).map(groups::of)))
        .doFinally(signal -> groups.end());
  }
}
