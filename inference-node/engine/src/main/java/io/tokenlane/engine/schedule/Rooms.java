package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockPool;

/** Finds slots for more tokens of running sequences without taking blocks from others. */
final class Rooms {
  private final BlockPool pool;

  Rooms(BlockPool pool) {
    this.pool = pool;
  }

  /**
   * Makes room behind a sequence's first tokens, which have theirs.
   *
   * @param have how many those are
   * @param wanted slots wanted behind them
   * @param spare blocks that must remain available afterwards
   * @return how many of the wanted slots there are now
   */
  int upTo(Sequence sequence, int have, int wanted, int spare) {
    if (wanted <= 0) {
      return 0;
    }
    if (pool.makeRoom(sequence.blocks(), sequence.computed(), have + wanted, spare)) {
      return wanted;
    }
    return Math.clamp(pool.slots(sequence.blocks()) - have, 0, wanted);
  }
}
