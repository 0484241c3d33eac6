package io.tokenlane.engine.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A metadata value still in the file's memory; decoded when asked for, so that hostile arrays cost
 * nothing but their scan.
 *
 * @param type of the value, or of an array's elements
 * @param array whether it is an array
 * @param count number of elements; 1 unless an array
 * @param bytes the elements, packed as in the file
 */
record GgufValue(GgufType type, boolean array, int count, MemorySegment bytes) {

  /** The type as messages give it, such as {@code array of STRING}. */
  String typeText() {
    return array ? "array of " + type : type.toString();
  }

  /**
   * Integer element {@code index}; unsigned 64-bit values beyond the range of long turn negative.
   */
  long integer(int index) {
    long at = (long) index * type.bytes;
    return switch (type) {
      case UINT8, BOOL -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, at));
      case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
      case UINT16 -> Short.toUnsignedLong(bytes.get(ByteReader.SHORT, at));
      case INT16 -> bytes.get(ByteReader.SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(bytes.get(ByteReader.INT, at));
      case INT32 -> bytes.get(ByteReader.INT, at);
      case UINT64, INT64 -> bytes.get(ByteReader.LONG, at);
      case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalStateException("not an integer");
    };
  }

  /** Number {@code index}, integer or not. */
  double number(int index) {
    return switch (type) {
      case FLOAT32 -> Float.intBitsToFloat(bytes.get(ByteReader.INT, index * 4L));
      case FLOAT64 -> Double.longBitsToDouble(bytes.get(ByteReader.LONG, index * 8L));
      default -> integer(index);
    };
  }
}
