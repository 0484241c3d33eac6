package io.tokenlane.engine.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads little-endian values one after another and refuses to read past the end of the file. */
final class ByteReader {
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;
  private long position;

  ByteReader(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  String file() {
    return file;
  }

  long position() {
    return position;
  }

  long remaining() {
    return bytes.byteSize() - position;
  }

  /** The next 4 bytes as an unsigned number. */
  long u32(String field) {
    return Integer.toUnsignedLong(bytes.get(INT, advance(4, field)));
  }

  /** The next 8 bytes as a count: unsigned in the file, refused beyond {@code most}. */
  long count(long most, String field) {
    long value = bytes.get(LONG, advance(8, field));
    if (value < 0 || value > most) {
      throw CheckpointException.of(
          file, field, Long.toUnsignedString(value), "at most " + most + ", by the file's size");
    }
    return value;
  }

  /** The next 8 bytes as they are. */
  long i64(String field) {
    return bytes.get(LONG, advance(8, field));
  }

  /** A string: 8 bytes of length, then that many bytes of UTF-8. */
  String string(String field) {
    MemorySegment text = sizedBytes(field);
    return utf8(text);
  }

  /** Bytes behind their 8 bytes of length. */
  MemorySegment sizedBytes(String field) {
    long length = count(Math.min(Integer.MAX_VALUE - 8L, remaining()), field + " length");
    return slice(length, field);
  }

  /** The next strings, still packed with their lengths; each length is checked. */
  MemorySegment strings(int count, String field) {
    long start = position;
    for (int i = 0; i < count; i++) {
      sizedBytes(field);
    }
    return bytes.asSlice(start, position - start);
  }

  /** The next bytes, not copied. */
  MemorySegment slice(long length, String field) {
    return bytes.asSlice(advance(length, field), length);
  }

  static String utf8(MemorySegment text) {
    return new String(text.toArray(BYTE), StandardCharsets.UTF_8);
  }

  private long advance(long length, String field) {
    if (length > remaining()) {
      throw CheckpointException.of(
          file,
          field,
          "the file ends after " + bytes.byteSize() + " bytes",
          length + " more bytes at " + position);
    }
    long start = position;
    position += length;
    return start;
  }
}
