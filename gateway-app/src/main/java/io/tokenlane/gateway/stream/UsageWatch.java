package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.Trail;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads the usage out of an answer that passes; streams go on in whole events. */
final class UsageWatch extends BodyWatch {
  private static final int TAIL_BYTES = 4096;

  private final Trail trail;
  private final boolean keepUsageBack;
  private volatile @Nullable WholeEvents stream;
  private volatile boolean cut;

  UsageWatch(ServerHttpResponse delegate, Trail trail, boolean keepUsageBack) {
    super(delegate);
    this.trail = trail;
    this.keepUsageBack = keepUsageBack;
  }

  /** Events of the stream so far; 0 where it is none. */
  long events() {
    WholeEvents events = stream;
    return events == null ? 0 : events.events();
  }

  /** Whether an answer in one piece was given up before its end. */
  boolean cut() {
    return cut;
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpStatusCode status = getStatusCode();
    MediaType type = getHeaders().getContentType();
    if (status != null && status.isError()) {
      return body;
    }
    return type != null && type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM)
        ? events(body)
        : whole(body);
  }

  private Flux<DataBuffer> events(Flux<DataBuffer> body) {
    WholeEvents events = new WholeEvents(keepUsageBack, trail::used);
    stream = events;
    return body.<DataBuffer>handle(
            (chunk, sink) -> {
              DataBuffer passing = events.pass(chunk, bufferFactory());
              if (passing != null) {
                sink.next(passing);
              }
            })
        .concatWith(Mono.defer(() -> Mono.justOrEmpty(events.rest(bufferFactory()))));
  }

  private Flux<DataBuffer> whole(Flux<DataBuffer> body) {
    Tail tail = new Tail();
    Runnable read = () -> UsageReader.inTail(tail.text()).ifPresent(trail::used);
    // Who leaves at the last byte leaves before the end; half an answer has no usage.
    return body.doOnNext(tail::add)
        .doOnComplete(read)
        .doOnCancel(
            () -> {
              cut = true;
              read.run();
            });
  }

  /** The last bytes of a body, where usage stands. */
  private static final class Tail {
    private volatile byte[] bytes = {};

    void add(DataBuffer chunk) {
      int count = chunk.readableByteCount();
      int taken = Math.min(count, TAIL_BYTES);
      int kept = Math.min(bytes.length, TAIL_BYTES - taken);
      byte[] next = new byte[kept + taken];
      System.arraycopy(bytes, bytes.length - kept, next, 0, kept);
      int position = chunk.readPosition();
      chunk.readPosition(position + count - taken);
      chunk.read(next, kept, taken);
      chunk.readPosition(position);
      bytes = next;
    }

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
