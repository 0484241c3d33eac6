package io.tokenlane.prefetch.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the log: what happened and to what.
 *
 * <pre>
 * int magic, byte kind, int length, int crc32c(kind, length), int crc32c(content), content
 * </pre>
 *
 * <p>The head has a checksum of its own, so that an end of the file within a frame whose head is
 * whole is known for a write that a crash cut off, and not for damage.
 */
record Frame(Kind kind, ByteBuffer content) {
  static final int HEAD_BYTES = 17;
  private static final int MAGIC = 0x544C4C47;

  /** What happened. */
  enum Kind {
    STORED(1),
    DROPPED(2),
    FORGOTTEN(3),
    CLEARED(4);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    private static @Nullable Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }
  }

  /** What lies at a place of the log. */
  sealed interface Read {}

  /** A whole frame. */
  record Whole(Frame frame) implements Read {}

  /** The end of what was written before a crash. */
  record Torn() implements Read {}

  /** Bytes that no crash leaves behind: what came after is not known. */
  record Damaged() implements Read {}

  int bytes() {
    return HEAD_BYTES + content.remaining();
  }

  ByteBuffer head() {
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    head.putInt(MAGIC).put(kind.code).putInt(content.remaining());
    head.putInt(crc(head.slice(Integer.BYTES, 1 + Integer.BYTES)));
    return head.putInt(crc(content.duplicate())).flip();
  }

  /** Reads at the position of {@code log}, which moves behind a whole frame. */
  static Read read(ByteBuffer log) {
    if (log.remaining() < HEAD_BYTES || onlyZeros(log)) {
      return new Torn();
    }
    int at = log.position();
    int length = log.getInt(at + 5);
    @Nullable Kind kind = Kind.of(log.get(at + 4));
    boolean head = log.getInt(at) == MAGIC && log.getInt(at + 9) == crc(log.slice(at + 4, 5));
    if (!head || kind == null || length < 0) {
      return new Damaged();
    }
    if (length > log.remaining() - HEAD_BYTES) {
      return new Torn();
    }
    ByteBuffer content = log.slice(at + HEAD_BYTES, length);
    if (log.getInt(at + 13) != crc(content.duplicate())) {
      return new Damaged();
    }
    log.position(at + HEAD_BYTES + length);
    return new Whole(new Frame(kind, content));
  }

  /** A file system may have made the file longer before the bytes came. */
  private static boolean onlyZeros(ByteBuffer log) {
    for (int i = log.position(); i < log.limit(); i++) {
      if (log.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
