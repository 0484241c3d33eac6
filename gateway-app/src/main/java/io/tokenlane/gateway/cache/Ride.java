package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Passage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** A passage as one client reads it: from its first chunk, as fast as its connection takes it. */
final class Ride {
  private final DataBufferFactory buffers;
  private final AtomicInteger wakes = new AtomicInteger();
  private volatile Passage.@Nullable Reader reader;
  private volatile @Nullable FluxSink<DataBuffer> sink;

  private Ride(DataBufferFactory buffers) {
    this.buffers = buffers;
  }

  /** A ride from the first chunk on; empty where the passage has lost its beginning. */
  static Optional<Ride> on(Passage passage, DataBufferFactory buffers) {
    Ride ride = new Ride(buffers);
    Optional<Passage.Reader> opened = passage.read(ride::drain);
    opened.ifPresent(reader -> ride.reader = reader);
    return opened.map(reader -> ride);
  }

  /** The body; to be subscribed to once. */
  Flux<DataBuffer> body() {
    return Flux.create(
        subscribed -> {
          sink = subscribed;
          subscribed.onDispose(this::leave);
          subscribed.onRequest(n -> drain());
        },
        FluxSink.OverflowStrategy.ERROR);
  }

  /** Reads no more. */
  void leave() {
    Passage.Reader from = reader;
    if (from != null) {
      from.close();
    }
  }

  /** Drained by whoever comes first, never by two at once. */
  private void drain() {
    Passage.Reader from = reader;
    FluxSink<DataBuffer> to = sink;
    if (from == null || to == null || wakes.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      pass(from, to);
      missed = wakes.addAndGet(-missed);
    } while (missed != 0);
  }

  private void pass(Passage.Reader from, FluxSink<DataBuffer> to) {
    try {
      while (to.requestedFromDownstream() > 0) {
        ByteBuffer chunk = from.next();
        if (chunk == null) {
          break;
        }
        to.next(buffers.wrap(chunk));
      }
    } catch (IOException cutOff) {
      to.error(cutOff);
      return;
    }
    if (from.ended()) {
      Throwable failure = from.failure();
      if (failure == null) {
        to.complete();
      } else {
        to.error(failure);
      }
    }
  }
}
