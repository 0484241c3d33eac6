package io.tokenlane.gateway.cache;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;

/** A response that goes to a {@link Receiver} rather than to a client. */
final class FetchResponse extends AbstractServerHttpResponse {

  /** Takes what is written. */
  interface Receiver {
    /** Status and fields are final; called once, before any chunk. */
    void opened(int status, HttpHeaders headers);

    /** One chunk; true where the next one is wanted already. */
    boolean chunk(ByteBuffer bytes);
  }

  private final Receiver receiver;
  private volatile Pump pump = new Pump(null);

  FetchResponse(DataBufferFactory buffers, Receiver receiver) {
    super(buffers);
    this.receiver = receiver;
  }

  /** Asks for one more chunk. */
  void more() {
    pump.more();
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // Spring's signature
  public <T> T getNativeResponse() {
    throw new IllegalStateException("a fetch's response has no connection");
  }

  @Override
  protected void applyStatusCode() {}

  @Override
  protected void applyCookies() {}

  @Override
  protected void applyHeaders() {
    HttpStatusCode code = getStatusCode();
    receiver.opened(code == null ? 200 : code.value(), getHeaders());
  }

  @Override
  protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
    return Mono.create(
        sink -> {
          Pump next = new Pump(sink);
          pump = next;
          sink.onDispose(next);
          body.subscribe(next);
        });
  }

  @Override
  protected Mono<Void> writeAndFlushWithInternal(
      Publisher<? extends Publisher<? extends DataBuffer>> body) {
    return writeWithInternal(Flux.from(body).concatMap(chunk -> chunk, 0));
  }

  /** Moves chunk by chunk, as they are wanted. */
  private final class Pump extends BaseSubscriber<DataBuffer> {
    private final @Nullable MonoSink<Void> sink;
    private final AtomicBoolean asked = new AtomicBoolean();

    Pump(@Nullable MonoSink<Void> sink) {
      this.sink = sink;
    }

    /** At most one chunk is asked for at a time, however many ask. */
    void more() {
      if (sink != null && asked.compareAndSet(false, true)) {
        request(1);
      }
    }

    @Override
    public Context currentContext() {
      return sink == null ? Context.empty() : Context.of(sink.contextView());
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      more();
    }

    @Override
    protected void hookOnNext(DataBuffer chunk) {
      ByteBuffer bytes = ByteBuffer.allocate(chunk.readableByteCount());
      chunk.toByteBuffer(bytes);
      DataBufferUtils.release(chunk);
      asked.set(false);
      if (receiver.chunk(bytes)) {
        more();
      }
    }

    @Override
    protected void hookOnComplete() {
      if (sink != null) {
        sink.success();
      }
    }

    @Override
    protected void hookOnError(Throwable failure) {
      if (sink != null) {
        sink.error(failure);
      }
    }
  }
}
