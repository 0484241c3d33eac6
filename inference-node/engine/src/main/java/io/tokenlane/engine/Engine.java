package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;
import java.util.function.Consumer;

/**
 * Runs generations on a model with continuous batching: one thread repeats schedule, run, complete.
 */
public final class Engine implements AutoCloseable {
  private final Model model;

  private Engine(Model model) {
    this.model = model;
  }

  /**
   * Allocates the KV cache and starts the step thread.
   *
   * @param model stays the caller's: closed by the caller, after the engine
   * @throws IllegalArgumentException if the configuration does not fit the model
   */
  public static Engine start(Model model, EngineConfig config) {
    config.blocksFor(model);
    return new Engine(model);
  }

  /**
   * Queues a generation. Returns at once.
   *
   * @param listener receives the events, in order, on the engine's step thread: it must hand them
   *     on and never block; if it throws, its generation ends without a further event
   * @throws IllegalArgumentException if the request does not fit the model: the message names the
   *     field, the value and what was expected
   * @throws EngineBusyException if the queue is full or the engine is closed
   */
  public Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    listener.accept(new GenerationEvent.Failed("engine: the step loop is not built yet"));
    return () -> {};
  }

  /** Load right now. Cheap; may be called from any thread. */
  public EngineStats stats() {
    return new EngineStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** The model it runs. */
  public Model model() {
    return model;
  }

  /** Whether it still takes generations: false once closed, or if its step thread died. */
  public boolean isOpen() {
    return true;
  }

  /** Ends all generations as failed and stops the step thread; waits for it. */
  @Override
  public void close() {}
}
