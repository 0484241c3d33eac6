package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.int8.Int8Kernel.Results;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Arrays as machine code takes them; kept, since the same few come step by step. */
final class HeapResults {
  private static final int KEPT = 8;

  private final float[] @Nullable [] arrays = new float[KEPT][];
  private final Results[] stored = new Results[KEPT];
  private final Results[] added = new Results[KEPT];
  private int next;

  /** An array whose elements results are written to, or added to. */
  @SuppressWarnings("ReferenceEquality") // which array, not what it holds
  Results of(float[] array, boolean add) {
    for (int i = 0; i < KEPT; i++) {
      if (arrays[i] == array) {
        return add ? added[i] : stored[i];
      }
    }
    int place = next;
    next = (next + 1) % KEPT;
    arrays[place] = array;
    stored[place] = new Results(MemorySegment.ofArray(array), false);
    added[place] = new Results(stored[place].memory(), true);
    return add ? added[place] : stored[place];
  }
}
