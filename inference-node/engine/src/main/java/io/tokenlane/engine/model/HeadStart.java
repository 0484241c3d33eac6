package io.tokenlane.engine.model;

import java.util.Arrays;

/**
 * Rows of a step that went through the first layers before the others, as drafting takes them: they
 * need only the layers behind. The model keeps their states at places that it gives in turn; {@link
 * #add} then says for each row of the step's batch which of them it is. Reused from step to step;
 * not thread-safe.
 */
public final class HeadStart {
  /** The place of a row that went through no layer yet. */
  public static final int NOWHERE = -1;

  private int layers;
  private int kept;
  private int[] places = {};
  private int rows;

  /** Forgets all rows. */
  public void clear() {
    layers = 0;
    kept = 0;
    rows = 0;
  }

  /** Rows whose states are kept; the place of the next one. 0 where the backend cannot. */
  public int kept() {
    return kept;
  }

  /** Says where the state of the batch's next row is kept, or {@link #NOWHERE}. */
  public void add(int place) {
    if (rows == places.length) {
      places = Arrays.copyOf(places, Math.max(16, 2 * rows));
    }
    places[rows++] = place;
  }

  /** Layers that the kept rows went through. */
  int layers() {
    return layers;
  }

  /** Where the state of a row of the batch is kept. */
  int place(int row) {
    return places[row];
  }

  /** Notes that the states of so many more rows are kept. */
  void keep(int count, int layersDone) {
    if (kept > 0 && layers != layersDone) {
      throw new IllegalArgumentException(
          "layers: %d (expected: %d, as the rows before)".formatted(layersDone, layers));
    }
    layers = layersDone;
    kept += count;
  }

  /** Whether rows of such a batch can go on from kept states. */
  boolean isFor(int batchRows) {
    return kept > 0 && rows == batchRows;
  }
}
