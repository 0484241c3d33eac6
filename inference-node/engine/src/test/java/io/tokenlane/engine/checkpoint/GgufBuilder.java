package io.tokenlane.engine.checkpoint;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes GGUF files, right and wrong. */
final class GgufBuilder {
  static final int UINT32 = 4;
  static final int FLOAT32 = 6;
  static final int STRING = 8;
  static final int ARRAY = 9;

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private long pairCount;
  private long entryCount;
  private int magic = 0x46554747;
  private int version = 3;
  private byte[] data = {};

  GgufBuilder magic(int value) {
    magic = value;
    return this;
  }

  GgufBuilder version(int value) {
    version = value;
    return this;
  }

  GgufBuilder pairCount(long value) {
    pairCount = value;
    return this;
  }

  GgufBuilder entryCount(long value) {
    entryCount = value;
    return this;
  }

  GgufBuilder data(int bytes) {
    return data(new byte[bytes]);
  }

  GgufBuilder data(byte[] bytes) {
    data = bytes;
    return this;
  }

  GgufBuilder real(String key, double value) {
    key(key, FLOAT32);
    pairs.writeBytes(i32(Float.floatToRawIntBits((float) value)));
    return this;
  }

  GgufBuilder number(String key, int value) {
    key(key, UINT32);
    pairs.writeBytes(i32(value));
    return this;
  }

  GgufBuilder text(String key, String value) {
    key(key, STRING);
    pairs.writeBytes(string(value));
    return this;
  }

  /** A pair whose value is these bytes. */
  GgufBuilder raw(String key, int type, byte[] value) {
    key(key, type);
    pairs.writeBytes(value);
    return this;
  }

  /** A directory entry; dimensions innermost first, as in the file. */
  GgufBuilder tensor(String name, int type, long offset, long... dimensions) {
    entryCount++;
    entries.writeBytes(string(name));
    entries.writeBytes(i32(dimensions.length));
    for (long dimension : dimensions) {
      entries.writeBytes(i64(dimension));
    }
    entries.writeBytes(i32(type));
    entries.writeBytes(i64(offset));
    return this;
  }

  private void key(String key, int type) {
    pairCount++;
    pairs.writeBytes(string(key));
    pairs.writeBytes(i32(type));
  }

  MemorySegment build() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(i32(magic));
    file.writeBytes(i32(version));
    file.writeBytes(i64(entryCount));
    file.writeBytes(i64(pairCount));
    file.writeBytes(pairs.toByteArray());
    file.writeBytes(entries.toByteArray());
    file.writeBytes(new byte[-file.size() & 31]);
    file.writeBytes(data);
    return MemorySegment.ofArray(file.toByteArray());
  }

  static byte[] string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(bytes.length)
        .put(bytes)
        .array();
  }

  static byte[] i32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  static byte[] i64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
