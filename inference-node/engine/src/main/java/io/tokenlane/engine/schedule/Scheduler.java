package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.kv.BlockTable;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides which tokens of which sequences a step computes.
 *
 * <p>One rule, no phases: a sequence has tokens still to compute, many of them while its prompt is
 * new and one when it generates. Each step hands out a budget of tokens: one to each running
 * sequence, so that all of them move in every step; what is left to running sequences that need
 * more, then to waiting ones, both in the {@link QueueOrder}. So the next token of a running
 * sequence never waits for more than one step of {@code maxTokens} tokens, however long the prompts
 * of the others are.
 *
 * <p>A waiting sequence runs once there are blocks for all its tokens, one more for each running
 * sequence that may yet grow, and the watermark. One that waits for blocks holds up those behind
 * it; one whose prefix is just being computed for another lets them pass, and shares the blocks
 * then. When a running sequence finds no block to grow into, the running sequence of the lowest
 * priority and latest arrival loses its blocks and waits again, keeping its output; it is
 * recomputed later. The one of the highest priority and earliest arrival is never put back, so the
 * engine always moves.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class Scheduler {
  private final BlockPool pool;
  private final Rooms rooms;
  private final SchedulerLimits limits;
  private final Comparator<Sequence> serving;
  private final Comparator<Sequence> keeping;

  /** Those that keep their blocks longest first. */
  private final List<Sequence> running = new ArrayList<>();

  private final TreeSet<Sequence> waiting;
  private final Set<Sequence> pinned = new LinkedHashSet<>();
  private final List<Sequence> hungry = new ArrayList<>();
  private final List<Sequence> ready = new ArrayList<>();
  private final StepPlan plan = new StepPlan();
  private final Counters counters = new Counters();

  private long arrivals;
  private int budget;
  private int openSeats;

  public Scheduler(BlockPool pool, SchedulerLimits limits) {
    this.pool = pool;
    rooms = new Rooms(pool);
    this.limits = limits;
    serving = limits.order().serving();
    keeping = limits.order().keeping();
    waiting = new TreeSet<>(serving);
  }

  /**
   * Queues a new sequence.
   *
   * @param nanos the time, on any clock that always runs forward
   */
  public void add(Sequence sequence, long nanos) {
    sequence.arrive(arrivals++, nanos);
    waiting.add(sequence);
  }

  /**
   * Takes a sequence out before its end, or ends the pinning of its blocks; one that is not here is
   * left alone.
   */
  public void remove(Sequence sequence) {
    if (take(sequence)) {
      pool.release(sequence.blocks());
      sequence.remove();
    }
  }

  /** As {@link #remove}, for a sequence whose computed blocks cannot be trusted. */
  public void discard(Sequence sequence) {
    pool.discard(sequence.blocks());
    remove(sequence);
  }

  /**
   * Plans the next step. Every chunk has its slots; no sequence outside the plan loses output.
   *
   * @param tokens most tokens to compute, which also bounds how many sequences run; sequences that
   *     already run get one each nevertheless
   */
  public StepPlan schedule(int tokens) {
    int wanted = Math.clamp(tokens, 1, limits.maxTokens());
    budget = Math.max(wanted, running.size());
    plan.clear();
    boolean preempted = keepAllMoving();
    shareOut();
    shareOutToDrafts();
    for (int i = 0; i < running.size(); i++) {
      plan.add(running.get(i).chunk().plan());
    }
    if (!preempted) {
      admitWaiting(Math.min(wanted, limits.maxSequences()));
    }
    plan.copyFirst(pool.takeCopies());
    return plan;
  }

  /**
   * Sequences that {@link #schedule} ended without a step, as they only wanted their prompt
   * computed and all of it was found; forgets them.
   */
  public List<Sequence> takeReady() {
    if (ready.isEmpty()) {
      return List.of();
    }
    List<Sequence> taken = List.copyOf(ready);
    ready.clear();
    return taken;
  }

  /**
   * Takes in what a step brought for a chunk.
   *
   * @param token the drawn token, if the chunk samples; negative where none could be drawn: the
   *     sequence is discarded
   */
  public void complete(Chunk chunk, int token) {
    Sequence sequence = chunk.sequence();
    if (chunk.samples() && token < 0) {
      discard(sequence);
      return;
    }
    sequence.advance(chunk.count());
    if (chunk.samples()) {
      sequence.append(token);
      counters.generated(1);
    }
    settleStep(sequence);
  }

  /**
   * Takes in what a step brought for a chunk that samples, where that is more than one token.
   *
   * @param drafted tokens computed behind the chunk's own that turned out as drafted
   * @return how many of the turn's tokens were appended; fewer than it has if one ended it
   */
  public int complete(Chunk chunk, int drafted, Turn turn) {
    Sequence sequence = chunk.sequence();
    sequence.advance(chunk.count());
    int before = sequence.generated();
    int appended = sequence.turn(turn);
    sequence.advance(Math.clamp(drafted, 0, Math.max(0, appended - 1)));
    counters.generated(Math.max(0, sequence.generated() - before));
    settleStep(sequence);
    return appended;
  }

  private void settleStep(Sequence sequence) {
    pool.publish(
        sequence.blocks(), sequence.tokens(), Math.min(sequence.computed(), sequence.firm()));
    if (sequence.state() != Sequence.State.RUNNING) {
      running.remove(sequence);
      settle(sequence);
    }
  }

  /** Whether a running sequence waits for its next token, so that long steps would be noticed. */
  public boolean isGenerating() {
    for (int i = 0; i < running.size(); i++) { // here and below, without an iterator a step
      if (running.get(i).generated() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Sequences that run, those that keep their blocks longest first. */
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

  /** Number of ended sequences whose blocks are pinned. */
  public int pinnedCount() {
    return pinned.size();
  }

  /** What was counted since the start, and goes on. */
  public Counters counters() {
    return counters;
  }

  /**
   * Proves that blocks are owned by running and pinned sequences only, each as often as counted.
   *
   * @throws IllegalStateException if not
   */
  public void checkInvariants() {
    List<BlockTable> tables = new ArrayList<>();
    running.forEach(sequence -> tables.add(sequence.blocks()));
    pinned.forEach(sequence -> tables.add(sequence.blocks()));
    pool.checkInvariants(tables);
    for (Sequence sequence : waiting) {
      if (sequence.blocks().count() > 0) {
        throw new IllegalStateException(
            "waiting sequence %d: %d blocks (expected: 0)"
                .formatted(sequence.arrival(), sequence.blocks().count()));
      }
    }
  }

  /** Gives every running sequence a token; true if one had to be put back for want of blocks. */
  private boolean keepAllMoving() {
    boolean preempted = false;
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      while (sequence.state() == Sequence.State.RUNNING
          && !pool.makeRoom(sequence.blocks(), sequence.computed(), sequence.computed() + 1, 0)) {
        preempt(running.getLast());
        preempted = true;
      }
      if (sequence.state() == Sequence.State.RUNNING) {
        sequence.grant(1);
        budget--;
      }
    }
    return preempted;
  }

  /** Gives what is left of the budget to running sequences, as far as they have blocks for it. */
  private void shareOut() {
    hungry.clear();
    for (int i = 0; i < running.size(); i++) {
      if (running.get(i).remaining() > 1) {
        hungry.add(running.get(i));
      }
    }
    hungry.sort(serving);
    for (int i = 0; i < hungry.size(); i++) {
      Sequence sequence = hungry.get(i);
      int wanted = Math.min(sequence.remaining() - 1, budget);
      int more = rooms.upTo(sequence, sequence.computed() + 1, wanted, 0);
      sequence.grant(1 + more);
      budget -= more;
    }
  }

  /**
   * Gives what is left of the budget to drafts. They put nobody back: blocks are kept for those.
   */
  private void shareOutToDrafts() {
    int spare = running.size() + limits.watermark();
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      int wanted = sequence.samples() ? Math.min(sequence.draftsWanted(), budget) : 0;
      sequence.grantDrafts(rooms.upTo(sequence, sequence.length(), wanted, spare));
      budget -= sequence.drafts();
    }
  }

  private void admitWaiting(int seats) {
    if (limits.continuous()) {
      openSeats = seats - running.size();
    } else if (running.isEmpty()) {
      openSeats = Math.min(limits.maxSequences(), waiting.size());
    }
    if (waiting.isEmpty()) {
      return; // most steps: no iterator for those
    }
    for (Iterator<Sequence> queue = waiting.iterator();
        budget > 0 && openSeats > 0 && queue.hasNext(); ) {
      Sequence sequence = queue.next();
      if (isHeldBack(sequence)) {
        continue;
      }
      int cached = findPrefix(sequence);
      if (pool.await(sequence.blocks(), sequence.tokens(), sequence.lookedUp())) {
        pool.release(sequence.blocks());
        continue;
      }
      if (!makeRoom(sequence, cached)) {
        pool.release(sequence.blocks());
        return;
      }
      queue.remove();
      admit(sequence, cached);
    }
  }

  /** Whether what it needs is just being computed for another. */
  private boolean isHeldBack(Sequence sequence) {
    Sequence sibling = sequence.sibling();
    boolean siblingFirst =
        sibling != null
            && !sequence.hasRun()
            && switch (sibling.state()) {
              case WAITING -> !sibling.hasRun();
              case RUNNING -> !sibling.hasComputedPrompt();
              default -> false;
            };
    return siblingFirst || pool.isAwaiting(sequence.blocks());
  }

  private int findPrefix(Sequence sequence) {
    Sequence origin = sequence.origin();
    if (origin != null) {
      int computed = sequence.promptLength() - 1;
      pool.fork(origin.blocks(), sequence.blocks(), sequence.tokens(), computed);
      return computed;
    }
    return pool.match(sequence.blocks(), sequence.tokens(), sequence.lookedUp());
  }

  private boolean makeRoom(Sequence sequence, int cached) {
    int spare = running.isEmpty() ? 0 : growing() + limits.watermark();
    return pool.makeRoom(sequence.blocks(), cached, sequence.length(), spare);
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

  private void admit(Sequence sequence, int cached) {
    pool.announce(sequence.blocks(), sequence.tokens(), sequence.firm());
    boolean forked = sequence.origin() != null;
    if (sequence.run(cached)) {
      counters.began(sequence.promptLength(), cached, forked);
    }
    if (sequence.remaining() == 0) {
      sequence.advance(0);
      settle(sequence);
      ready.add(sequence);
      return;
    }
    enter(sequence);
    openSeats--;
    sequence.grant(Math.min(sequence.remaining(), budget));
    budget -= sequence.granted();
    plan.add(sequence.chunk().plan());
  }

  private void preempt(Sequence sequence) {
    running.remove(sequence);
    pool.release(sequence.blocks());
    sequence.preempt();
    waiting.add(sequence);
    openSeats++;
    counters.preempted();
  }

  /** Gives back what an ended sequence holds, unless it is to be kept. */
  private void settle(Sequence sequence) {
    if (sequence.isPinned()) {
      pinned.add(sequence);
    } else {
      pool.release(sequence.blocks());
    }
  }

  private void enter(Sequence sequence) {
    int at = running.size();
    while (at > 0 && keeping.compare(running.get(at - 1), sequence) > 0) {
      at--;
    }
    running.add(at, sequence);
  }

  private boolean take(Sequence sequence) {
    return switch (sequence.state()) {
      case WAITING -> waiting.remove(sequence);
      case RUNNING -> running.remove(sequence);
      default -> pinned.remove(sequence);
    };
  }
}
