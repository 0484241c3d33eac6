package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Rows;
import java.lang.foreign.MemorySegment;

/** Activations on the heap. Row r begins at {@code r * width}. */
public final class HostRows implements Rows {
  /** No rows. */
  public static final HostRows NONE = new HostRows(0, 0);

  /** All rows, one after another. */
  public final float[] values;

  /** The same, for machine code. */
  public final MemorySegment segment;

  private final int maxRows;
  private final int width;

  HostRows(int maxRows, int width) {
    this.maxRows = maxRows;
    this.width = width;
    values = new float[Math.multiplyExact(maxRows, width)];
    segment = MemorySegment.ofArray(values);
  }

  /** The handle as what it is on this backend. */
  public static HostRows of(Rows rows) {
    return (HostRows) rows;
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public int width() {
    return width;
  }
}
