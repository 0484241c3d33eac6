package io.tokenlane.engine.backend;

/** How a KV cache keeps its numbers. */
public enum KvType {
  /** As computed. */
  FLOAT32,
  /** As binary16, on backends whose devices have it. */
  FLOAT16,
  /**
   * As 8-bit integers with a scale for each key and each value of a head, {@code largest / 127}. A
   * slot's numbers depend on that slot alone, so results still do not depend on the batch.
   */
  INT8;

  /** Bytes of a key, or of a value, of one head. */
  public int bytes(int headDim) {
    return switch (this) {
      case FLOAT32 -> headDim * Float.BYTES;
      case FLOAT16 -> headDim * Short.BYTES;
      case INT8 -> headDim + Float.BYTES;
    };
  }
}
