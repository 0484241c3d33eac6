package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Runs generations on a model with continuous batching: one thread repeats schedule, run, complete.
 * The thread is a daemon and parks while there is nothing to do.
 */
public final class Engine implements AutoCloseable {
  private final Model model;
  private final StepLoop loop;
  private final Thread thread;
  private volatile boolean open = true;

  private Engine(Model model, EngineConfig config) {
    this.model = model;
    thread = Thread.ofPlatform().daemon().name("tokenlane-engine-step").unstarted(this::run);
    loop = new StepLoop(model, config, () -> LockSupport.unpark(thread));
  }

  /**
   * Allocates the KV cache and starts the step thread.
   *
   * @param model stays the caller's: closed by the caller, after the engine
   * @throws IllegalArgumentException if the configuration does not fit the model
   */
  public static Engine start(Model model, EngineConfig config) {
    Engine engine = new Engine(model, config);
    engine.thread.start();
    return engine;
  }

  /**
   * Queues a generation. Returns at once.
   *
   * @param listener receives the events, in order, on the engine's step thread: it must hand them
   *     on and never block; if it throws, its generation ends without a further event and the
   *     others go on
   * @throws IllegalArgumentException if the request does not fit the model: the message names the
   *     field, the value and what was expected
   * @throws EngineBusyException if the queue is full or the engine is closed
   */
  public Generation submit(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
    return loop.submit(request, listener);
  }

  /** Load right now. Cheap; may be called from any thread. */
  public EngineStats stats() {
    return loop.stats();
  }

  /** The model it runs. */
  public Model model() {
    return model;
  }

  /** Whether it still takes generations: false once closed, or if its step thread died. */
  public boolean isOpen() {
    return open;
  }

  /**
   * Ends all generations as failed and stops the step thread; waits for it, unless called by a
   * listener on that very thread.
   */
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    String why = "engine: stopped by an error";
    try {
      while (open) {
        if (!loop.step()) {
          LockSupport.park(this);
        }
      }
      why = "engine: closed";
    } finally {
      open = false;
      loop.close(why);
    }
  }
}
