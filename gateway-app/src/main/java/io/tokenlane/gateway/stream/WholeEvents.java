package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import tools.jackson.databind.JsonNode;

/**
 * Lets whole events pass: what a chunk leaves unfinished waits for its rest, so that every chunk
 * that goes on ends at an event's border. Reads the usage on its way, and keeps back the event that
 * only tells the usage where the client did not ask for it. Not thread-safe.
 */
final class WholeEvents {
  private static final byte[] NONE = {};

  private final EventBorders borders = new EventBorders();
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream(0);
  private final boolean keepUsageBack;
  private final Consumer<Usage> used;

  /** The event that was kept back ended with a CR, whose LF may still come. */
  private boolean keptBackCr;

  WholeEvents(boolean keepUsageBack, Consumer<Usage> used) {
    this.keepUsageBack = keepUsageBack;
    this.used = used;
  }

  /**
   * Takes over one chunk.
   *
   * @return what goes on now; null where nothing does
   */
  @Nullable DataBuffer pass(DataBuffer chunk, DataBufferFactory buffers) {
    int length = chunk.readableByteCount();
    String text = chunk.toString(chunk.readPosition(), length, StandardCharsets.ISO_8859_1);
    int whole = borders.read(text);
    int from = keptBackCr && length > 0 && text.charAt(0) == '\n' ? 1 : 0;
    keptBackCr = keptBackCr && length == 0;
    boolean aside = from > 0 || unfinished.size() > 0 || UsageReader.mentioned(text);
    if (whole == length && !aside) {
      return chunk;
    }
    DataBufferUtils.release(chunk);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    unfinished.write(bytes, from, whole - from);
    byte[] events = whole == 0 ? NONE : unfinished.toByteArray();
    if (whole > 0) {
      unfinished.reset();
    }
    unfinished.write(bytes, whole, length - whole);
    byte[] passing = events.length == 0 ? NONE : read(events);
    return passing.length == 0 ? null : buffers.wrap(passing);
  }

  /** What is left when the stream is over; null where nothing is. */
  @Nullable DataBuffer rest(DataBufferFactory buffers) {
    return unfinished.size() == 0 ? null : buffers.wrap(unfinished.toByteArray());
  }

  /** Whole events so far. */
  long events() {
    return borders.events();
  }

  private byte[] read(byte[] events) {
    if (!UsageReader.mentioned(new String(events, StandardCharsets.ISO_8859_1))) {
      return events;
    }
    ByteArrayOutputStream passing = new ByteArrayOutputStream(events.length);
    EventBorders each = new EventBorders();
    int start = 0;
    for (int i = 0; i < events.length; i++) {
      boolean border = each.read(events, i, i + 1) == 1;
      boolean halfCr = i + 1 < events.length && events[i] == '\r' && events[i + 1] == '\n';
      if ((border && !halfCr) || i + 1 == events.length) {
        if (passes(new String(events, start, i + 1 - start, StandardCharsets.UTF_8))) {
          passing.write(events, start, i + 1 - start);
        } else {
          keptBackCr = i + 1 == events.length && events[i] == '\r';
        }
        start = i + 1;
      }
    }
    return passing.toByteArray();
  }

  private boolean passes(String event) {
    Optional<JsonNode> data = UsageReader.data(event);
    Optional<Usage> usage = data.flatMap(UsageReader::inEvent);
    usage.ifPresent(used);
    return !(keepUsageBack && usage.isPresent() && onlyUsage(data.get()));
  }

  private static boolean onlyUsage(JsonNode chunk) {
    return chunk.path("choices").isArray() && chunk.path("choices").isEmpty();
  }
}
