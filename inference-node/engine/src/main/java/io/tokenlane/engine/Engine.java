package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;
import java.util.function.Consumer;

/**
 * Runs generations on a model with continuous batching: one thread repeats schedule, run, complete.
 */
public interface Engine extends AutoCloseable {

  /**
   * Queues a generation. Returns at once.
   *
   * @param listener receives the events, in order, on the engine's step thread: it must hand them
   *     on and never block
   * @throws IllegalArgumentException if the request does not fit the model: the message names the
   *     field, the value and what was expected
   * @throws EngineBusyException if the queue is full or the engine is closed
   */
  Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener);

  /** Load right now. */
  EngineStats stats();

  /** The model it runs. */
  Model model();

  /** Ends all generations as failed and stops the step thread; waits for it. */
  @Override
  void close();
}
