package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Pooling;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Embeds texts between the steps of generations, one pass at a time, so that long texts hold nobody
 * up for longer than a full step does. {@link #submit} is for any thread, the rest for the step
 * thread.
 */
final class Embeddings {
  private static final Logger LOG = System.getLogger(Embeddings.class.getName());

  private final Model model;
  private final RequestLimits limits;
  private final Pooling.Sizes sizes;
  private final int mostWaiting;
  private final Runnable wakeUp;
  private final ConcurrentLinkedQueue<Asked> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;
  private @Nullable Asked current;
  private @Nullable Pooling pooling;
  private @Nullable Batch batch;

  private record Asked(List<int[]> inputs, CompletableFuture<float[][]> result) {}

  /**
   * @param limits texts are no longer than prompts: each pass has a KV cache of its own, which must
   *     not outgrow the one that is configured
   */
  Embeddings(
      Model model, RequestLimits limits, Pooling.Sizes sizes, int mostWaiting, Runnable wakeUp) {
    this.model = model;
    this.limits = limits;
    this.sizes = sizes;
    this.mostWaiting = mostWaiting;
    this.wakeUp = wakeUp;
  }

  /** See {@link Engine#embed}. */
  CompletableFuture<float[][]> submit(List<int[]> inputs) {
    check(inputs);
    if (closed) {
      throw Admission.closedNow();
    }
    if (waiting.incrementAndGet() > mostWaiting) {
      waiting.decrementAndGet();
      throw new EngineBusyException(
          "queue: full (expected: at most %d requests for embeddings)".formatted(mostWaiting), 1);
    }
    Asked asked = new Asked(List.copyOf(inputs), new CompletableFuture<>());
    queue.add(asked);
    wakeUp.run();
    if (closed && queue.remove(asked)) {
      throw Admission.closedNow();
    }
    return asked.result;
  }

  private void check(List<int[]> inputs) {
    int vocabulary = model.config().vocabularySize();
    for (int i = 0; i < inputs.size(); i++) {
      int[] input = inputs.get(i);
      if (input.length < 1 || input.length > limits.context()) {
        throw new IllegalArgumentException(
            "input[%d]: %d tokens (expected: 1 to %d, the %s)"
                .formatted(i, input.length, limits.context(), limits.source()));
      }
      for (int id : input) {
        if (id < 0 || id >= vocabulary) {
          throw new IllegalArgumentException(
              "input[%d]: token %d (expected: 0 to %d)".formatted(i, id, vocabulary - 1));
        }
      }
    }
  }

  /** Whether {@link #step} has anything to do. */
  boolean isAsked() {
    return current != null || !queue.isEmpty();
  }

  /** One pass over the texts that came first; false if there are none. */
  boolean step() {
    Asked asked = current == null ? queue.poll() : current;
    if (asked == null) {
      return false;
    }
    current = asked;
    if (asked.result.isDone()) {
      finish();
      return true;
    }
    try {
      Pooling pass = pooling == null ? new Pooling(model, sizes, batch(), asked.inputs) : pooling;
      pooling = pass;
      if (!pass.advance()) {
        asked.result.complete(pass.means());
        finish();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "The model failed at embeddings", e);
      asked.result.completeExceptionally(
          new IllegalStateException("engine: the model failed; the log says why"));
      finish();
      if (model.isBroken()) {
        throw new IllegalStateException("The model's device has failed for good", e);
      }
    }
    return true;
  }

  /** One for all, as a device keeps a place for each capacity. */
  private Batch batch() {
    Batch made = batch == null ? sizes.batch(model) : batch;
    batch = made;
    return made;
  }

  /** What fails to close ends nobody else. */
  private void finish() {
    Pooling done = pooling;
    pooling = null;
    current = null;
    waiting.decrementAndGet();
    if (done != null) {
      try {
        done.close();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "The KV cache of embeddings was not given back", e);
      }
    }
  }

  /** Ends what is asked as failed, for good. */
  void close() {
    closed = true;
    Asked running = current;
    if (running != null) {
      fail(running);
      finish();
    }
    for (Asked asked = queue.poll(); asked != null; asked = queue.poll()) {
      fail(asked);
    }
  }

  private static void fail(Asked asked) {
    asked.result.completeExceptionally(Admission.closedNow());
  }
}
