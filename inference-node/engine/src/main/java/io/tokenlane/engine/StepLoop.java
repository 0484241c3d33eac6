package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Runner;
import io.tokenlane.engine.run.StepResult;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.schedule.Scheduler;
import io.tokenlane.engine.schedule.SchedulerLimits;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine without its thread: {@link #step} is everything that one pass does. {@link #submit},
 * {@link #stats} and cancelling are for any thread; the rest belongs to the one that steps.
 */
final class StepLoop {
  private static final Logger LOG = System.getLogger(StepLoop.class.getName());

  private final BlockPool pool;
  private final Scheduler scheduler;
  private final Runner runner;
  private final RequestLimits limits;
  private final boolean prefixReuse;
  private final int maxRunning;
  private final int maxInFlight;
  private final Runnable wakeUp;
  private final SplittableRandom seeds = new SplittableRandom();

  /** New and cancelled generations. Bounded: each of those in flight is here at most twice. */
  private final ConcurrentLinkedQueue<ActiveGeneration> inbox = new ConcurrentLinkedQueue<>();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<Sequence, ActiveGeneration> active = new HashMap<>();
  private long steps;
  private volatile EngineStats stats;
  private volatile boolean closed;

  /**
   * @param wakeUp called, on any thread, when there is something new to step for
   */
  StepLoop(Model model, EngineConfig config, Runnable wakeUp) {
    this.wakeUp = wakeUp;
    int blocks = config.blocksFor(model);
    prefixReuse = config.prefixReuse();
    maxRunning = config.maxBatchSize();
    maxInFlight = config.maxBatchSize() + config.maxWaiting();
    limits =
        RequestLimits.of(
            model.config().contextLength(),
            (long) blocks * config.blockSize(),
            model.config().vocabularySize());
    pool = new BlockPool(blocks, config.blockSize(), config.prefixReuse());
    scheduler =
        new Scheduler(
            pool,
            new SchedulerLimits(
                config.maxBatchSize(), config.maxBatchTokens(), config.continuousBatching()));
    runner =
        new Runner(
            model,
            model.kvStore(blocks, config.blockSize()),
            config.maxBatchTokens(),
            config.maxBatchSize());
    stats = snapshot();
  }

  /** See {@link Engine#submit}. */
  Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    limits.check(request);
    reserve();
    ActiveGeneration generation = new ActiveGeneration(request, listener, this::post);
    post(generation);
    // Whoever closes empties the inbox after setting the flag; what is still there was not seen.
    if (closed && inbox.remove(generation)) {
      inFlight.decrementAndGet();
      throw new EngineBusyException("engine: closed");
    }
    return generation;
  }

  /** Load, with the inbox counted as waiting. */
  EngineStats stats() {
    EngineStats now = stats;
    return now.withWaiting(Math.max(0, inFlight.get() - now.running()));
  }

  /** One pass: inbox, schedule, run, complete, publish. False if there was nothing to do. */
  boolean step() {
    drainInbox();
    StepPlan plan = scheduler.schedule();
    if (plan.isEmpty()) {
      requireIdle();
      stats = snapshot();
      return false;
    }
    steps++;
    StepResult result = run(plan);
    if (result != null) {
      scheduler.complete(plan, result.tokens());
      stats = snapshot();
      publish(plan, result);
    }
    return true;
  }

  /** Ends every generation as failed, for good, and frees the KV cache. */
  void close(String why) {
    closed = true;
    drainInbox();
    for (ActiveGeneration generation : List.copyOf(active.values())) {
      fail(generation, why);
    }
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
    int submitted = inFlight.get() - active.size();
    if (submitted < 0 || submitted > inbox.size()) {
      throw new IllegalStateException(
          "in flight: %d (expected: %d active and at most %d in the inbox)"
              .formatted(inFlight.get(), active.size(), inbox.size()));
    }
  }

  private void reserve() {
    if (closed) {
      throw new EngineBusyException("engine: closed");
    }
    if (inFlight.incrementAndGet() > maxInFlight) {
      inFlight.decrementAndGet();
      throw new EngineBusyException(
          "queue: full (expected: at most %d generations in flight, %d of them running)"
              .formatted(maxInFlight, maxRunning));
    }
  }

  private void post(ActiveGeneration generation) {
    inbox.add(generation);
    wakeUp.run();
  }

  private void drainInbox() {
    for (var generation = inbox.poll(); generation != null; generation = inbox.poll()) {
      if (generation.sequence.state() == Sequence.State.NEW) {
        open(generation);
      }
      if (generation.isCancelled() && active.containsKey(generation.sequence)) {
        end(generation);
        deliver(
            generation, new GenerationEvent.Finished(FinishReason.CANCELLED, generation.usage()));
      }
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
    runner.open(generation.sequence, sampling);
    scheduler.add(generation.sequence);
  }

  private @Nullable StepResult run(StepPlan plan) {
    try {
      return runner.run(plan);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "The model failed in step " + steps, e);
      for (Chunk chunk : plan.chunks()) {
        scheduler.discard(chunk.sequence());
      }
      for (Chunk chunk : plan.chunks()) {
        fail(generationOf(chunk), "engine: the model failed; the log says why");
      }
      return null;
    }
  }

  private void publish(StepPlan plan, StepResult result) {
    for (int i = 0; i < plan.chunks().size(); i++) {
      ActiveGeneration generation = generationOf(plan.chunks().get(i));
      switch (result.draw(i)) {
        case Draw.Token token -> publish(generation, token);
        case Draw.Unusable unusable -> fail(generation, "engine: " + unusable.why());
        case null -> {}
      }
    }
  }

  private void publish(ActiveGeneration generation, Draw.Token token) {
    FinishReason reason = finishReason(generation.sequence);
    if (reason != null) {
      end(generation);
    }
    boolean heard =
        deliver(
            generation,
            new GenerationEvent.Token(
                token.id(), token.logprob(), token.topIds(), token.topLogprobs()));
    if (heard && reason != null) {
      deliver(generation, new GenerationEvent.Finished(reason, generation.usage()));
    }
  }

  private static @Nullable FinishReason finishReason(Sequence sequence) {
    return switch (sequence.state()) {
      case STOPPED -> FinishReason.STOP;
      case FULL -> FinishReason.LENGTH;
      default -> null;
    };
  }

  private void fail(ActiveGeneration generation, String why) {
    end(generation);
    deliver(generation, new GenerationEvent.Failed(why));
  }

  /** Gives back all that a generation holds. Before its last event, so that it finds room again. */
  private void end(ActiveGeneration generation) {
    if (active.remove(generation.sequence) != null) {
      scheduler.remove(generation.sequence);
      runner.close(generation.sequence);
      inFlight.decrementAndGet();
      stats = snapshot();
    }
  }

  /** Calls the listener; one that throws loses its generation, and nothing else happens. */
  private boolean deliver(ActiveGeneration generation, GenerationEvent event) {
    try {
      generation.listener.accept(event);
      return true;
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "A listener failed; its generation ends", e);
      end(generation);
      return false;
    }
  }

  private ActiveGeneration generationOf(Chunk chunk) {
    return Objects.requireNonNull(active.get(chunk.sequence()), "chunk: no generation");
  }

  /** An empty plan parks the thread, so sequences left behind would hang for ever. */
  private void requireIdle() {
    if (!active.isEmpty()) {
      throw new IllegalStateException(
          "plan: empty with %d generations (expected: a chunk)".formatted(active.size()));
    }
  }

  private EngineStats snapshot() {
    Scheduler.Totals totals = scheduler.totals();
    return new EngineStats(
        scheduler.runningCount(),
        scheduler.waitingCount(),
        maxRunning,
        pool.blocks(),
        pool.owned(),
        prefixReuse ? totals.promptTokens() : 0,
        totals.cachedTokens(),
        totals.promptTokens(),
        totals.generatedTokens(),
        steps,
        totals.preemptions());
  }
}
