package io.tokenlane.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets generations in, or refuses them: what fits the model, what the queue has room for, what may
 * be pinned. For any thread; the step thread takes from it what was let in.
 */
final class Admission {
  /** A refused caller comes back when this part of the queue has ended: one eighth. */
  private static final int QUEUE_PART = 8;

  private final RequestLimits limits;
  private final Sizes sizes;
  private final QueueClock clock;
  private final Runnable wakeUp;

  /** New and cancelled generations. Bounded: each of those in flight is here at most twice. */
  private final ConcurrentLinkedQueue<ActiveGeneration> inbox = new ConcurrentLinkedQueue<>();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger pinnedBlocks = new AtomicInteger();
  private volatile boolean closed;

  Admission(RequestLimits limits, Sizes sizes, QueueClock clock, Runnable wakeUp) {
    this.limits = limits;
    this.sizes = sizes;
    this.clock = clock;
    this.wakeUp = wakeUp;
  }

  /** See {@link Engine#mostInFlight}. */
  int mostInFlight() {
    return sizes.maxInFlight();
  }

  /** What requests are held to. */
  RequestLimits limits() {
    return limits;
  }

  /** See {@link Engine#submit}. */
  Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    return submitAll(List.of(new Submission(request, listener))).getFirst();
  }

  /** See {@link Engine#submitAll}. */
  List<Generation> submitAll(List<Submission> submissions) {
    Range.require("generations", submissions.size(), 1, mostInFlight());
    submissions.forEach(submission -> limits.check(submission.request()));
    reserve(submissions.size());
    return post(generations(submissions));
  }

  /** Those that begin as the one before are siblings of the first that begins so. */
  private List<ActiveGeneration> generations(List<Submission> submissions) {
    List<ActiveGeneration> generations = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < submissions.size(); i++) {
      Submission submission = submissions.get(i);
      first = submission.beginsAs(submissions.get(first)) ? first : i;
      ActiveGeneration sibling = first < i ? generations.get(first) : null;
      generations.add(
          new ActiveGeneration(submission.request(), sibling, 0, wires(submission.listener())));
    }
    return generations;
  }

  /** See {@link Engine#prefill}. */
  Generation prefill(PrefillRequest request, Consumer<? super GenerationEvent> listener) {
    limits.check(request, sizes.blockSize());
    int pins = request.pinned() ? request.prompt().length / sizes.blockSize() : 0;
    reservePins(pins);
    try {
      reserve(1);
    } catch (EngineBusyException e) {
      pinnedBlocks.addAndGet(-pins);
      throw e;
    }
    GenerationRequest whole = request.trimmed(sizes.blockSize());
    return post(List.of(new ActiveGeneration(whole, null, pins, wires(listener)))).getFirst();
  }

  /** The next generation that is new or was cancelled; null if there is none. */
  @Nullable ActiveGeneration poll() {
    return inbox.poll();
  }

  /** A generation ended. */
  void left() {
    inFlight.decrementAndGet();
  }

  /** A generation's blocks are no longer pinned, nor going to be. */
  void unpinned(ActiveGeneration generation) {
    pinnedBlocks.addAndGet(-generation.pinnedBlocks);
  }

  /** Lets nobody in any more. What is in the inbox is still to be polled. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** Generations let in and not ended. */
  int inFlight() {
    return inFlight.get();
  }

  /** Blocks reserved for pinning. */
  int pinnedBlocks() {
    return pinnedBlocks.get();
  }

  /**
   * Proves that whoever is in flight is active or in the inbox.
   *
   * @throws IllegalStateException if not
   */
  void checkInvariants(int active) {
    int submitted = inFlight.get() - active;
    if (submitted < 0 || submitted > inbox.size()) {
      throw new IllegalStateException(
          "in flight: %d (expected: %d active and at most %d in the inbox)"
              .formatted(inFlight.get(), active, inbox.size()));
    }
  }

  static EngineBusyException closedNow() {
    return new EngineBusyException("engine: closed", 1);
  }

  /** Takes so many places or none, in one step: who is refused keeps nobody else out. */
  private void reserve(int places) {
    if (closed) {
      throw closedNow();
    }
    int taken = inFlight.get();
    while (taken + places <= mostInFlight()) {
      if (inFlight.compareAndSet(taken, taken + places)) {
        return;
      }
      taken = inFlight.get();
    }
    throw new EngineBusyException(
        "queue: full (expected: at most %d generations in flight, %d of them running)"
            .formatted(mostInFlight(), sizes.maxRunning()),
        clock.retryAfterSeconds(Math.max(1, mostInFlight() / QUEUE_PART)));
  }

  private void reservePins(int blocks) {
    if (blocks > 0 && pinnedBlocks.addAndGet(blocks) > sizes.pinnable()) {
      int others = pinnedBlocks.addAndGet(-blocks);
      throw new IllegalArgumentException(
          "prefix: %d blocks to pin (expected: at most %d, as %d of %d are pinned)"
              .formatted(blocks, sizes.pinnable() - others, others, sizes.pinnable()));
    }
  }

  private ActiveGeneration.Wires wires(Consumer<? super GenerationEvent> listener) {
    return new ActiveGeneration.Wires(listener, this::enqueue, clock.now());
  }

  private List<Generation> post(List<ActiveGeneration> generations) {
    inbox.addAll(generations);
    wakeUp.run();
    if (closed && withdraw(generations)) {
      throw closedNow();
    }
    return List.copyOf(generations);
  }

  /** Whoever closes empties the inbox after setting the flag; what is still there was not seen. */
  private boolean withdraw(List<ActiveGeneration> generations) {
    boolean any = false;
    for (ActiveGeneration generation : generations) {
      if (inbox.remove(generation)) {
        left();
        unpinned(generation);
        any = true;
      }
    }
    return any;
  }

  private void enqueue(ActiveGeneration generation) {
    inbox.add(generation);
    wakeUp.run();
  }
}
