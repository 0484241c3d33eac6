package io.tokenlane.prefetch.cache;

import io.tokenlane.prefetch.http.HttpFields;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * Answers as bytes, for what outlives a process: a version, a length and a CRC-32C before the
 * content. Nanoseconds of one process mean nothing in another, so the time of storing is written by
 * the wall clock. Thread-safe.
 *
 * <pre>
 * int version, int length, int crc32c(content), content:
 *   text key, text group, int status, int n, n × (text name, text value),
 *   long stored at (ms since 1970), long initial age (s), long lifetime (s), long keep (ms),
 *   int length, body
 * text: int length, UTF-8
 * </pre>
 */
public final class AnswerFormat {
  /** Changes with the layout: other versions are not read. */
  private static final int VERSION = 0x544C4131;

  private static final int HEAD_BYTES = 3 * Integer.BYTES;
  private static final int MOST_FIELDS = 10_000;

  /** A clock that was set back by more than this makes ages unknown. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private final LongSupplier nanoClock;
  private final InstantSource wallClock;

  /** An answer and where it lies. */
  public record Stored(String key, Answer answer) {}

  /** Reads and writes times by these clocks, the first one being the cache's. */
  public AnswerFormat(LongSupplier nanoClock, InstantSource wallClock) {
    this.nanoClock = nanoClock;
    this.wallClock = wallClock;
  }

  /** The bytes of an answer, in the heap. */
  public ByteBuffer encode(String key, Answer answer) {
    List<byte[]> texts = new ArrayList<>();
    texts.add(utf8(key));
    texts.add(utf8(answer.group()));
    for (HttpFields.Line line : answer.fields().lines()) {
      texts.add(utf8(line.name()));
      texts.add(utf8(line.value()));
    }
    int content =
        texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum()
            + 3 * Integer.BYTES
            + 4 * Long.BYTES
            + answer.body().remaining();
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + content).position(HEAD_BYTES);
    put(out, texts.get(0));
    put(out, texts.get(1));
    out.putInt(answer.status()).putInt(answer.fields().lines().size());
    texts.subList(2, texts.size()).forEach(text -> put(out, text));
    putTimes(out, answer.times());
    out.putInt(answer.body().remaining()).put(answer.body().duplicate()).flip();
    out.putInt(0, VERSION).putInt(Integer.BYTES, content);
    return out.putInt(2 * Integer.BYTES, crc(out.slice(HEAD_BYTES, content)));
  }

  private void putTimes(ByteBuffer out, Answer.Times times) {
    long age = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - times.storedAtNanos());
    out.putLong(wallClock.millis() - age)
        .putLong(times.initialAgeSeconds())
        .putLong(times.lifetimeSeconds())
        .putLong(times.keep().toMillis());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ByteBuffer out, byte[] text) {
    out.putInt(text.length).put(text);
  }

  private static int crc(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  /**
   * The answer in these bytes, its body off the heap. Empty where the bytes are of another version,
   * damaged or cut, where its time is over, or where it comes from the future.
   */
  public Optional<Stored> decode(ByteBuffer bytes) {
    ByteBuffer in = bytes.duplicate();
    if (in.remaining() < HEAD_BYTES || in.getInt() != VERSION) {
      return Optional.empty();
    }
    int length = in.getInt();
    int crc = in.getInt();
    if (length != in.remaining() || crc != crc(in.duplicate())) {
      return Optional.empty();
    }
    try {
      return content(in);
    } catch (BufferUnderflowException | IllegalArgumentException misread) {
      return Optional.empty();
    }
  }

  private Optional<Stored> content(ByteBuffer in) {
    String key = text(in);
    String group = text(in);
    int status = in.getInt();
    int count = in.getInt();
    if (count < 0 || count > MOST_FIELDS) {
      return Optional.empty();
    }
    List<HttpFields.Line> lines = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      lines.add(new HttpFields.Line(text(in), text(in)));
    }
    Optional<Answer.Times> times = times(in);
    int size = in.getInt();
    if (size != in.remaining()) {
      return Optional.empty();
    }
    return times.map(
        known ->
            new Stored(
                key, new Answer(group, status, new HttpFields(lines), offHeap(in, size), known)));
  }

  private Optional<Answer.Times> times(ByteBuffer in) {
    long agoMillis = wallClock.millis() - in.getLong();
    long initialAge = in.getLong();
    long lifetime = in.getLong();
    long keepMillis = in.getLong();
    if (agoMillis < -CLOCKS_DIFFER.toMillis() || agoMillis >= keepMillis) {
      return Optional.empty();
    }
    long storedAt = nanoClock.getAsLong() - TimeUnit.MILLISECONDS.toNanos(Math.max(0, agoMillis));
    return Optional.of(
        new Answer.Times(storedAt, initialAge, lifetime, Duration.ofMillis(keepMillis)));
  }

  private static ByteBuffer offHeap(ByteBuffer in, int size) {
    return ByteBuffer.allocateDirect(size).put(in.slice(in.position(), size)).flip();
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[length];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
