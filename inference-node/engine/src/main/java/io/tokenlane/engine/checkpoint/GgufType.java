package io.tokenlane.engine.checkpoint;

import org.jspecify.annotations.Nullable;

/** Types of GGUF metadata values, in the order of their numbers in the file. */
enum GgufType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final GgufType[] BY_NUMBER = values();

  /** Bytes of a value; for strings and arrays the fewest possible. */
  final int bytes;

  GgufType(int bytes) {
    this.bytes = bytes;
  }

  static @Nullable GgufType of(long number) {
    return number < BY_NUMBER.length ? BY_NUMBER[(int) number] : null;
  }

  boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      default -> false;
    };
  }

  boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64;
  }
}
