package io.tokenlane.gateway.call;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.Flux;

/**
 * Gives back buffers that an operator drops. {@code doOnDiscard} adds to what downstream operators
 * asked for, so that each of several would release the same buffer; here the first one does for
 * all.
 */
public final class Discarded {
  private static final Class<Discarded> ASKED = Discarded.class;

  private Discarded() {}

  /** The same, with whatever buffer is dropped in it or before it released once. */
  public static <T> Flux<T> released(Flux<T> body) {
    return Flux.deferContextual(
        context ->
            context.hasKey(ASKED)
                ? body
                : body.doOnDiscard(DataBuffer.class, DataBufferUtils::release)
                    .contextWrite(downstream -> downstream.put(ASKED, true)));
  }
}
