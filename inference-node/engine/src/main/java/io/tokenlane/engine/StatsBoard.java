package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.run.Effort;
import io.tokenlane.engine.run.Runner;
import io.tokenlane.engine.schedule.Counters;
import io.tokenlane.engine.schedule.Scheduler;
import io.tokenlane.engine.schedule.StepBudget;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The step thread's numbers, for any thread to read. A sequence lock (Boehm 2012, "Can Seqlocks Get
 * Along with Programming Language Memory Models?"): the writer never waits and allocates nothing;
 * readers read again if they were disturbed.
 */
final class StatsBoard {
  private static final int RUNNING = 0;
  private static final int OWNED = 1;
  private static final int STEP_TOKENS = 2;
  private static final int STEPS = 3;
  private static final int EXPIRED = 4;
  private static final int PROMPT = 5;
  private static final int CACHED = 6;
  private static final int GENERATED = 7;
  private static final int PREEMPTIONS = 8;
  private static final int LOOKED_UP = 9;
  private static final int FORKED = 10;
  private static final int EFFORT = 11;
  private static final int NUMBERS = EFFORT + 5;

  private final Sizes sizes;
  private final BlockPool pool;
  private final Scheduler scheduler;
  private final Runner runner;
  private final StepBudget budget;
  private final AtomicLongArray numbers = new AtomicLongArray(NUMBERS);

  /** Odd while the numbers change. */
  private final AtomicInteger version = new AtomicInteger();

  StatsBoard(Sizes sizes, BlockPool pool, Scheduler scheduler, Runner runner, StepBudget budget) {
    this.sizes = sizes;
    this.pool = pool;
    this.scheduler = scheduler;
    this.runner = runner;
    this.budget = budget;
  }

  /** Puts up what is now. For the step thread. */
  void publish(long steps, long expired) {
    version.setOpaque(version.getPlain() + 1);
    VarHandle.storeStoreFence();
    set(RUNNING, scheduler.runningCount());
    set(OWNED, pool.owned());
    set(STEP_TOKENS, budget.tokens());
    set(STEPS, steps);
    set(EXPIRED, expired);
    Counters totals = scheduler.counters();
    set(PROMPT, totals.promptTokens());
    set(LOOKED_UP, totals.lookedUpTokens());
    set(CACHED, totals.cachedTokens());
    set(FORKED, totals.forkedTokens());
    set(GENERATED, totals.generatedTokens());
    set(PREEMPTIONS, totals.preemptions());
    Effort.Counts effort = runner.effort();
    set(EFFORT, effort.rows());
    set(EFFORT + 1, effort.layers());
    set(EFFORT + 2, effort.exited());
    set(EFFORT + 3, effort.drafted());
    set(EFFORT + 4, effort.accepted());
    version.setRelease(version.getPlain() + 1);
  }

  /**
   * What was put up last.
   *
   * @param inFlight generations let in and not ended, those in the inbox included
   * @param pinned blocks reserved for pinning
   */
  EngineStats read(int inFlight, int pinned) {
    while (true) {
      int before = version.getAcquire();
      EngineStats stats = copy(inFlight, pinned);
      VarHandle.loadLoadFence();
      if (before % 2 == 0 && before == version.getOpaque()) {
        return stats;
      }
      Thread.onSpinWait();
    }
  }

  private EngineStats copy(int inFlight, int pinned) {
    int running = (int) get(RUNNING);
    return new EngineStats(
        running,
        Math.max(0, inFlight - running),
        sizes.maxRunning(),
        pool.blocks(),
        (int) get(OWNED),
        sizes.sharing() ? get(LOOKED_UP) : 0,
        get(CACHED),
        get(FORKED),
        get(PROMPT),
        get(GENERATED),
        get(STEPS),
        get(PREEMPTIONS),
        get(EXPIRED),
        pinned,
        (int) get(STEP_TOKENS),
        new Effort.Counts(
            get(EFFORT), get(EFFORT + 1), get(EFFORT + 2), get(EFFORT + 3), get(EFFORT + 4)));
  }

  private void set(int index, long value) {
    numbers.setOpaque(index, value);
  }

  private long get(int index) {
    return numbers.getOpaque(index);
  }
}
