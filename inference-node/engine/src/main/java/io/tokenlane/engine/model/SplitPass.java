package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.Rows;

/**
 * A pass in parts: the first layers of some rows, then of further rows, and at last what is left of
 * all rows of a step. As a row comes out the same whatever is computed with it, so does a pass in
 * parts.
 */
final class SplitPass {
  private final Decoder decoder;
  private final Backend backend;
  private final Rows states;
  private final int[] picked;

  private Batch rest = new Batch(1, 1, 1, 1);
  private Batch like = rest;

  /**
   * @param states keeps the states of rows; nobody else's between two steps
   */
  SplitPass(Decoder decoder, Backend backend, Rows states) {
    this.decoder = decoder;
    this.backend = backend;
    this.states = states;
    picked = new int[states.maxRows()];
  }

  /** Keeps the states of the rows that were just computed through the first layers. */
  void keep(Batch batch, int layers, HeadStart start) {
    keep(batch.rows(), start.kept());
    start.keep(batch.rows(), layers);
  }

  private void keep(int rows, int at) {
    for (int row = 0; row < rows; row++) {
      picked[row] = row;
    }
    backend.gather(decoder.stream(), picked, rows, states, at);
  }

  /** Computes what is left of a step's rows; their last states are then in the stream. */
  void finish(Batch batch, KvStore kv, HeadStart start) {
    int behind = computeRest(batch, kv, start);
    int next = start.kept();
    for (int row = 0; row < batch.rows(); row++) {
      int place = start.place(row);
      picked[row] = place == HeadStart.NOWHERE ? next++ : place;
    }
    backend.begin(batch);
    backend.gather(states, picked, batch.rows(), decoder.stream(), 0);
    decoder.layers(behind, decoder.config().layers(), kv);
  }

  /** The first layers of rows that have no state yet. */
  private int computeRest(Batch batch, KvStore kv, HeadStart start) {
    if (like != batch) {
      like = batch;
      rest = new Batch(batch);
    }
    int count = 0;
    for (int row = 0; row < batch.rows(); row++) {
      if (start.place(row) == HeadStart.NOWHERE) {
        picked[count++] = row;
      }
    }
    if (count > 0) {
      rest.take(batch, picked, count);
      backend.begin(rest);
      decoder.embed();
      decoder.layers(0, start.layers(), kv);
      keep(count, start.kept());
    }
    return start.layers();
  }
}
