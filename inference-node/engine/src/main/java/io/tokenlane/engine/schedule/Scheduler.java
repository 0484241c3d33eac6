package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.kv.BlockTable;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Decides which tokens of which sequences a step computes.
 *
 * <p>One rule, no phases: a sequence has tokens still to compute, many of them while its prompt is
 * new and one when it generates. Each step hands a budget of tokens to the running sequences in
 * order (higher priority, then earlier arrival), then to waiting ones in the same order. A running
 * sequence is given all it needs, less one token for each running sequence behind it, so that all
 * of them move in every step: the next token of a running sequence never waits for more than one
 * step of {@code maxTokens} tokens.
 *
 * <p>A waiting sequence runs once there are blocks for all its tokens and one more for each running
 * sequence that may yet grow. When a running sequence finds no block to grow into, the running
 * sequence last in order loses its blocks and waits again, keeping its output; it is recomputed
 * later. The first in order is never put back for another, so the engine always moves.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class Scheduler {
  private static final Comparator<Sequence> BY_ARRIVAL =
      Comparator.comparingLong(Sequence::arrival);
  private static final Comparator<Sequence> BY_PRIORITY =
      Comparator.comparingInt(Sequence::priority).reversed().thenComparing(BY_ARRIVAL);

  private final BlockPool pool;
  private final SchedulerLimits limits;
  private final List<Sequence> running = new ArrayList<>();
  private final Comparator<Sequence> order;
  private final PriorityQueue<Sequence> waiting;
  private final List<Chunk> chunks = new ArrayList<>();

  private long arrivals;
  private int budget;
  private int openSeats;
  private long promptTokens;
  private long cachedTokens;
  private long generatedTokens;
  private long preemptions;

  public Scheduler(BlockPool pool, SchedulerLimits limits) {
    this.pool = pool;
    this.limits = limits;
    order = limits.continuous() ? BY_PRIORITY : BY_ARRIVAL;
    waiting = new PriorityQueue<>(order);
  }

  /** Queues a new sequence. */
  public void add(Sequence sequence) {
    sequence.arrive(arrivals++);
    waiting.add(sequence);
  }

  /** Takes a sequence out before its end; one that is not here is left alone. */
  public void remove(Sequence sequence) {
    if (waiting.remove(sequence) || leave(sequence)) {
      pool.release(sequence.blocks());
      sequence.remove();
    }
  }

  /** As {@link #remove}, for a sequence whose computed blocks cannot be trusted. */
  public void discard(Sequence sequence) {
    pool.discard(sequence.blocks());
    remove(sequence);
  }

  /** Plans the next step. Every chunk has its slots; no sequence outside the plan loses output. */
  public StepPlan schedule() {
    budget = limits.maxTokens();
    chunks.clear();
    boolean preempted = planRunning();
    if (!preempted) {
      admitWaiting();
    }
    return new StepPlan(chunks);
  }

  /**
   * Takes in what a step brought.
   *
   * @param tokens the drawn token of each chunk that samples, at the chunk's index; negative where
   *     none could be drawn: that sequence is discarded
   */
  public void complete(StepPlan plan, int[] tokens) {
    for (int i = 0; i < plan.chunks().size(); i++) {
      complete(plan.chunks().get(i), tokens[i]);
    }
  }

  /** Sequences that run, in order. */
  public List<Sequence> running() {
    return List.copyOf(running);
  }

  /** Number of sequences that run. */
  public int runningCount() {
    return running.size();
  }

  /** Number of sequences that wait. */
  public int waitingCount() {
    return waiting.size();
  }

  /** Counters since the start. */
  public Totals totals() {
    return new Totals(promptTokens, cachedTokens, generatedTokens, preemptions);
  }

  /**
   * Proves that blocks are owned by running sequences only, each as often as counted.
   *
   * @throws IllegalStateException if not
   */
  public void checkInvariants() {
    List<BlockTable> tables = new ArrayList<>();
    running.forEach(sequence -> tables.add(sequence.blocks()));
    pool.checkInvariants(tables);
    for (Sequence sequence : waiting) {
      if (sequence.blocks().count() > 0) {
        throw new IllegalStateException(
            "waiting sequence %d: %d blocks (expected: 0)"
                .formatted(sequence.arrival(), sequence.blocks().count()));
      }
    }
  }

  /** Gives every running sequence its tokens; true if one had to be put back for want of blocks. */
  private boolean planRunning() {
    boolean preempted = false;
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      int behind = running.size() - 1 - i;
      int count = Math.min(sequence.remaining(), budget - behind);
      while (sequence.state() == Sequence.State.RUNNING
          && !pool.grow(sequence.blocks(), sequence.computed() + count, 0)) {
        preempt(running.getLast());
        preempted = true;
      }
      if (sequence.state() == Sequence.State.RUNNING) {
        plan(sequence, count);
      }
    }
    return preempted;
  }

  private void admitWaiting() {
    if (limits.continuous()) {
      openSeats = limits.maxSequences() - running.size();
    } else if (running.isEmpty()) {
      openSeats = Math.min(limits.maxSequences(), waiting.size());
    }
    while (budget > 0 && openSeats > 0 && !waiting.isEmpty() && admit(waiting.element())) {
      openSeats--;
    }
  }

  private boolean admit(Sequence sequence) {
    int cached = pool.match(sequence.blocks(), sequence.tokens(), sequence.length());
    if (!pool.grow(sequence.blocks(), sequence.length(), growing())) {
      pool.release(sequence.blocks());
      return false;
    }
    waiting.remove();
    enter(sequence);
    if (sequence.run(cached)) {
      promptTokens += sequence.promptLength();
      cachedTokens += cached;
    }
    plan(sequence, Math.min(sequence.remaining(), budget));
    return true;
  }

  /** Running sequences that may need a further block. */
  private int growing() {
    int count = 0;
    for (Sequence sequence : running) {
      if (pool.slots(sequence.blocks()) < sequence.mostTokens()) {
        count++;
      }
    }
    return count;
  }

  private void plan(Sequence sequence, int count) {
    boolean samples = count == sequence.remaining();
    chunks.add(new Chunk(sequence, sequence.computed(), count, samples));
    budget -= count;
  }

  private void preempt(Sequence sequence) {
    running.remove(sequence);
    pool.release(sequence.blocks());
    sequence.preempt();
    waiting.add(sequence);
    openSeats++;
    preemptions++;
  }

  private void complete(Chunk chunk, int token) {
    Sequence sequence = chunk.sequence();
    if (chunk.samples() && token < 0) {
      discard(sequence);
      return;
    }
    sequence.advance(chunk.count());
    pool.publish(sequence.blocks(), sequence.tokens(), sequence.computed());
    if (chunk.samples()) {
      sequence.append(token);
      generatedTokens++;
    }
    if (sequence.state() != Sequence.State.RUNNING) {
      leave(sequence);
      pool.release(sequence.blocks());
    }
  }

  private void enter(Sequence sequence) {
    int at = running.size();
    while (at > 0 && order.compare(running.get(at - 1), sequence) > 0) {
      at--;
    }
    running.add(at, sequence);
  }

  private boolean leave(Sequence sequence) {
    return running.remove(sequence);
  }

  /**
   * Counters since the start.
   *
   * @param promptTokens prompt tokens of the sequences that began to run
   * @param cachedTokens those of them that were found in the KV cache
   * @param generatedTokens tokens generated
   * @param preemptions sequences put back for want of blocks
   */
  public record Totals(
      long promptTokens, long cachedTokens, long generatedTokens, long preemptions) {}
}
