package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostKvStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Turns 8-bit keys and values into the float32 that the strip kernels read. */
final class Int8Slots {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;
  private static final VectorSpecies<Float> FLOATS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final int PARTS = BYTES.length() / FLOATS.length();
  private static final int STRIP = HostKvStore.STRIP;

  private Int8Slots() {}

  /**
   * A strip of keys, element by element, to {@code at} bytes.
   *
   * @param keys where its bytes begin
   * @param scales where the scales of its slots begin
   */
  static void keys(MemorySegment from, long keys, long scales, int dim, Target target) {
    for (int part = 0; part < STRIP; part += FLOATS.length()) {
      long scalesOfPart = scales + (long) part * Float.BYTES;
      FloatVector scale = FloatVector.fromMemorySegment(FLOATS, from, scalesOfPart, ORDER);
      int group = part / BYTES.length() * BYTES.length();
      int within = part % BYTES.length() / FLOATS.length();
      for (int i = 0; i < dim; i++) {
        ByteVector bytes =
            ByteVector.fromMemorySegment(BYTES, from, keys + (long) i * STRIP + group, ORDER);
        FloatVector wide = (FloatVector) bytes.castShape(FLOATS, within);
        long to = target.at + ((long) i * STRIP + part) * Float.BYTES;
        wide.mul(scale).intoMemorySegment(target.memory, to, ORDER);
      }
    }
  }

  /** The value of one slot, to {@code at} bytes. */
  static void value(MemorySegment from, long value, float scale, int dim, Target target) {
    int bound = BYTES.loopBound(dim);
    for (int i = 0; i < bound; i += BYTES.length()) {
      ByteVector bytes = ByteVector.fromMemorySegment(BYTES, from, value + i, ORDER);
      for (int part = 0; part < PARTS; part++) {
        FloatVector wide = (FloatVector) bytes.castShape(FLOATS, part);
        long to = target.at + (long) (i + part * FLOATS.length()) * Float.BYTES;
        wide.mul(scale).intoMemorySegment(target.memory, to, ORDER);
      }
    }
    for (int i = bound; i < dim; i++) {
      float wide = from.get(ValueLayout.JAVA_BYTE, value + i) * scale;
      target.memory.set(ValueLayout.JAVA_FLOAT, target.at + (long) i * Float.BYTES, wide);
    }
  }

  /** Where to write. */
  static final class Target {
    MemorySegment memory = MemorySegment.NULL;
    long at;
  }
}
