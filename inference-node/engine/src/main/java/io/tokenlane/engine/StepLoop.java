package io.tokenlane.engine;

import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Probe;
import io.tokenlane.engine.run.Runner;
import io.tokenlane.engine.run.StepResult;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.schedule.Scheduler;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepBudget;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine without its thread: {@link #step} is everything that one pass does. Submitting, {@link
 * #stats} and cancelling are for any thread; the rest belongs to the one that steps.
 */
final class StepLoop {
  private static final Logger LOG = System.getLogger(StepLoop.class.getName());

  private static final int KV_EVENTS = 1 << 14;

  private final BlockPool pool;
  private final Scheduler scheduler;
  private final Runner runner;
  private final StepOutcome outcome;
  private final StatsBoard board;
  private final TokenEvents tokenEvents;
  private final Paces paces;
  private final Sizes sizes;
  private final StepBudget budget;
  private final QueueClock clock;
  private final Admission admission;
  private final KvEventLog kvEvents = new KvEventLog(KV_EVENTS);
  private final Runnable wakeUp;
  private final SplittableRandom seeds = new SplittableRandom();

  private final ConcurrentLinkedQueue<CompletableFuture<KvSnapshot>> snapshotsAsked =
      new ConcurrentLinkedQueue<>();

  private final Map<Sequence, ActiveGeneration> active = new HashMap<>();
  private final Set<ActiveGeneration> pinned = new HashSet<>();
  private long steps;
  private long expired;

  /**
   * @param nanoTime as {@link System#nanoTime()}
   * @param wakeUp called, on any thread, when there is something new to step for
   */
  StepLoop(Model model, EngineConfig config, LongSupplier nanoTime, Runnable wakeUp) {
    this.wakeUp = wakeUp;
    sizes = Sizes.of(model, config);
    RequestLimits limits = RequestLimits.of(model, sizes.kvTokens());
    budget = new StepBudget(config.maxBatchTokens(), config.batch().targetItlNanos());
    clock = new QueueClock(nanoTime, config.queue().deadlineNanos());
    admission = new Admission(limits, sizes, clock, wakeUp);
    pool = new BlockPool(sizes.blocks(), sizes.blockSize(), sizes.sharing(), kvEvents);
    scheduler = new Scheduler(pool, config.limits(sizes.blocks()));
    outcome = new StepOutcome(scheduler);
    KvStore kv = model.kvStore(sizes.blocks(), sizes.blockSize(), config.kv().type());
    runner = new Runner(model, kv, config.maxBatchTokens(), sizes.maxRunning(), nanoTime);
    board = new StatsBoard(sizes, pool, scheduler, runner, budget);
    tokenEvents = new TokenEvents(model.config().vocabularySize());
    paces = new Paces(model.config().layers());
    publishStats();
  }

  /** Where generations come in. */
  Admission admission() {
    return admission;
  }

  /** See {@link Engine#kvEvents}. */
  Optional<List<KvEvent>> kvEvents(long after, int most) {
    return kvEvents.read(after, most);
  }

  /** See {@link Engine#kvSnapshot}. */
  CompletableFuture<KvSnapshot> kvSnapshot() {
    CompletableFuture<KvSnapshot> snapshot = new CompletableFuture<>();
    snapshotsAsked.add(snapshot);
    wakeUp.run();
    if (admission.isClosed()) {
      refuseSnapshots();
    }
    return snapshot;
  }

  /** What its configuration comes to. */
  Sizes sizes() {
    return sizes;
  }

  /** Load, with what is in the inbox counted as waiting and pinned. */
  EngineStats stats() {
    return board.read(admission.inFlight(), admission.pinnedBlocks());
  }

  /**
   * One pass: inbox, schedule, run, complete, tell. Where the next step can be computed while
   * listeners are told of this one, they are told in the next pass, as soon as that has begun.
   * False if there was nothing to do.
   */
  boolean step() {
    drainInbox();
    answerSnapshots();
    failExpired();
    boolean generating = scheduler.isGenerating();
    StepPlan plan = scheduler.schedule(generating ? budget.tokens() : sizes.maxTokens());
    List<Sequence> ready = scheduler.takeReady();
    for (int i = 0; i < ready.size(); i++) { // without an iterator a step
      ActiveGeneration prefilled = generationOf(ready.get(i));
      retire(prefilled);
      deliver(prefilled, prefilled.finished(FinishReason.LENGTH));
    }
    if (plan.isEmpty()) {
      requireIdle();
      if (tell()) {
        return true;
      }
      clock.idle();
      publishStats();
      return false;
    }
    steps++;
    long start = clock.now();
    StepResult result = run(plan);
    if (generating) {
      budget.took(result == null ? plan.tokens() : result.rows(), clock.now() - start);
    }
    if (result != null) {
      complete(plan, result);
      settle();
      publishStats();
      if (!runner.draws()) {
        tell();
      }
    }
    return true;
  }

  /** Ends every generation as failed, for good, and frees the KV cache. */
  void close(String why) {
    tell();
    admission.close();
    drainInbox();
    for (ActiveGeneration generation : List.copyOf(active.values())) {
      fail(generation, new GenerationEvent.Failed(why));
    }
    List.copyOf(pinned).forEach(this::unpin);
    refuseSnapshots();
    runner.close();
  }

  /**
   * Proves that nothing is owned that does not run, and that every count matches.
   *
   * @throws IllegalStateException if not
   */
  void checkInvariants() {
    scheduler.checkInvariants();
    int scheduled = scheduler.runningCount() + scheduler.waitingCount();
    if (scheduled != active.size() || runner.openCount() != active.size()) {
      throw new IllegalStateException(
          "%d active generations, %d scheduled, %d open (expected: equal)"
              .formatted(active.size(), scheduled, runner.openCount()));
    }
    admission.checkInvariants(active.size());
    if (scheduler.pinnedCount() != pinned.size()) {
      throw new IllegalStateException(
          "pinned: %d sequences (expected: %d)".formatted(scheduler.pinnedCount(), pinned.size()));
    }
  }

  private void drainInbox() {
    for (var generation = admission.poll(); generation != null; generation = admission.poll()) {
      if (generation.sequence.state() == Sequence.State.NEW) {
        open(generation);
      }
      if (generation.isCancelled()) {
        tell();
        cancel(generation);
      }
    }
  }

  /** Between two steps, when events and pool agree. */
  void answerSnapshots() {
    for (var asked = snapshotsAsked.poll(); asked != null; asked = snapshotsAsked.poll()) {
      asked.complete(new KvSnapshot(kvEvents.last(), pool.indexed()));
    }
  }

  private void refuseSnapshots() {
    for (var asked = snapshotsAsked.poll(); asked != null; asked = snapshotsAsked.poll()) {
      asked.completeExceptionally(Admission.closedNow());
    }
  }

  private void cancel(ActiveGeneration generation) {
    if (active.containsKey(generation.sequence)) {
      end(generation);
      deliver(generation, generation.finished(FinishReason.CANCELLED));
    } else if (pinned.contains(generation)) {
      unpin(generation);
    }
  }

  private void open(ActiveGeneration generation) {
    GenerationRequest request = generation.request;
    var sampling =
        new SamplingState(
            request.sampling(),
            request.topLogprobs(),
            request.prompt(),
            seeds.nextLong(),
            request.mask());
    active.put(generation.sequence, generation);
    Probe probe = new Probe();
    if (request.reasoning() != null) {
      generation.steer(
          new Steering(request.reasoning().watch(request.stopTokens()), sampling, probe));
    }
    runner.open(generation.sequence, sampling, probe, paces.of(generation));
    scheduler.add(generation.sequence, generation.wires.submittedNanos());
    clock.arrived(generation);
  }

  private void failExpired() {
    for (var late = clock.expired(); late != null; late = clock.expired()) {
      expired++;
      fail(late, new GenerationEvent.Failed(clock.lateness(), true));
    }
  }

  private @Nullable StepResult run(StepPlan plan) {
    try {
      if (!runner.runsBehind(plan)) {
        tell();
      }
      runner.begin(plan);
      tell();
      return runner.end();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "The model failed in step " + steps, e);
      for (Chunk chunk : plan.chunks()) {
        scheduler.discard(chunk.sequence());
      }
      for (Chunk chunk : plan.chunks()) {
        fail(generationOf(chunk.sequence()), failed("the model failed; the log says why"));
      }
      if (runner.isBroken()) {
        throw new IllegalStateException("The model's device has failed for good", e);
      }
      return null;
    }
  }

  private static GenerationEvent.Failed failed(String why) {
    return new GenerationEvent.Failed("engine: " + why);
  }

  private void complete(StepPlan plan, StepResult result) {
    outcome.clear();
    for (int i = 0; i < plan.chunks().size(); i++) {
      Chunk chunk = plan.chunks().get(i);
      outcome.add(chunk, generationOf(chunk.sequence()), result, i);
    }
  }

  /** Ends what is at its end, so that the next step finds room; nobody is told yet. */
  private void settle() {
    for (int i = 0; i < outcome.chunks(); i++) {
      ActiveGeneration generation = outcome.generation(i);
      String fault = outcome.fault(i);
      FinishReason reason = finishReason(generation.sequence);
      if (fault != null) {
        end(generation);
        outcome.last(i, failed(fault));
      } else if (reason != null) {
        retire(generation);
        outcome.last(i, generation.finished(reason));
      }
    }
  }

  /** Tells listeners what has not been told yet of the last step; false if that is nothing. */
  boolean tell() {
    if (outcome.chunks() == 0) {
      return false;
    }
    for (int i = 0; i < outcome.chunks(); i++) {
      ActiveGeneration generation = outcome.generation(i);
      for (int token = outcome.begin(i); token < outcome.end(i); token++) {
        deliver(generation, tokenEvents.of(outcome.token(token)));
      }
      GenerationEvent last = outcome.last(i);
      if (last != null) {
        deliver(generation, last);
      }
    }
    outcome.clear();
    return true;
  }

  private static @Nullable FinishReason finishReason(Sequence sequence) {
    return switch (sequence.state()) {
      case STOPPED -> FinishReason.STOP;
      case FULL -> FinishReason.LENGTH;
      default -> null;
    };
  }

  private void fail(ActiveGeneration generation, GenerationEvent.Failed failure) {
    tell();
    end(generation);
    deliver(generation, failure);
  }

  /** As {@link #end}, but what is to stay pinned stays. */
  private void retire(ActiveGeneration generation) {
    if (generation.pinnedBlocks == 0) {
      end(generation);
    } else if (leave(generation)) {
      pinned.add(generation);
      publishStats();
    }
  }

  /** Gives back all that a generation holds. Before its last event, so that it finds room again. */
  private void end(ActiveGeneration generation) {
    if (leave(generation)) {
      scheduler.remove(generation.sequence);
      admission.unpinned(generation);
      publishStats();
    }
  }

  private boolean leave(ActiveGeneration generation) {
    if (active.remove(generation.sequence) == null) {
      return false;
    }
    runner.close(generation.sequence);
    clock.ended(generation);
    admission.left();
    return true;
  }

  private void unpin(ActiveGeneration generation) {
    pinned.remove(generation);
    scheduler.remove(generation.sequence);
    admission.unpinned(generation);
    publishStats();
  }

  /** Calls the listener; one that throws loses its generation, and nothing else happens. */
  private static void deliver(ActiveGeneration generation, GenerationEvent event) {
    if (generation.isDeaf()) {
      return;
    }
    try {
      generation.wires.listener().accept(event);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "A listener failed; its generation ends", e);
      generation.deafen();
    }
  }

  private ActiveGeneration generationOf(Sequence sequence) {
    return Objects.requireNonNull(active.get(sequence), "sequence: no generation");
  }

  /** An empty plan parks the thread, so sequences left behind would hang for ever. */
  private void requireIdle() {
    if (!active.isEmpty()) {
      throw new IllegalStateException(
          "plan: empty with %d generations (expected: a chunk)".formatted(active.size()));
    }
  }

  private void publishStats() {
    board.publish(steps, expired);
  }
}
