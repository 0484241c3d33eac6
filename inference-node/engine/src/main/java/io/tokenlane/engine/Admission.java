package io.tokenlane.engine;

import java.util.Arrays;
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

  /** What requests are held to. */
  RequestLimits limits() {
    return limits;
  }

  /** See {@link Engine#submit}. */
  Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    return submit(request, null, listener);
  }

  /** See {@link Engine#submitSibling}. */
  Generation submitSibling(
      Generation first, GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    ActiveGeneration sibling = (ActiveGeneration) first;
    if (!Arrays.equals(request.prompt(), sibling.request.prompt())
        || !request.cacheSalt().equals(sibling.request.cacheSalt())
        || request.earlyExit().mark() != sibling.request.earlyExit().mark()) {
      throw new IllegalArgumentException(
          "prompt: %d tokens (expected: the sibling's prompt, cache_salt and early exit)"
              .formatted(request.prompt().length));
    }
    return submit(request, sibling, listener);
  }

  /** See {@link Engine#prefill}. */
  Generation prefill(PrefillRequest request, Consumer<? super GenerationEvent> listener) {
    limits.check(request, sizes.blockSize());
    int pins = request.pinned() ? request.prompt().length / sizes.blockSize() : 0;
    reservePins(pins);
    try {
      reserve();
    } catch (EngineBusyException e) {
      pinnedBlocks.addAndGet(-pins);
      throw e;
    }
    GenerationRequest whole = request.trimmed(sizes.blockSize());
    return post(new ActiveGeneration(whole, null, pins, wires(listener)));
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

  private Generation submit(
      GenerationRequest request,
      @Nullable ActiveGeneration sibling,
      Consumer<? super GenerationEvent> listener) {
    limits.check(request);
    reserve();
    return post(new ActiveGeneration(request, sibling, 0, wires(listener)));
  }

  private void reserve() {
    if (closed) {
      throw closedNow();
    }
    if (inFlight.incrementAndGet() > sizes.maxInFlight()) {
      inFlight.decrementAndGet();
      throw new EngineBusyException(
          "queue: full (expected: at most %d generations in flight, %d of them running)"
              .formatted(sizes.maxInFlight(), sizes.maxRunning()),
          clock.retryAfterSeconds(Math.max(1, sizes.maxInFlight() / QUEUE_PART)));
    }
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

  private Generation post(ActiveGeneration generation) {
    enqueue(generation);
    // Whoever closes empties the inbox after setting the flag; what is still there was not seen.
    if (closed && inbox.remove(generation)) {
      left();
      unpinned(generation);
      throw closedNow();
    }
    return generation;
  }

  private void enqueue(ActiveGeneration generation) {
    inbox.add(generation);
    wakeUp.run();
  }
}
