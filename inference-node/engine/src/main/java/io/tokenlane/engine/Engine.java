package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockHash;
import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Pooling;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Runs generations on a model with continuous batching: one thread repeats schedule, run, complete.
 * The thread is a daemon and parks while there is nothing to do.
 */
public final class Engine implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Engine.class.getName());

  private final Model model;
  private final StepLoop loop;
  private final Embeddings embeddings;
  private final Thread thread;
  private volatile boolean open = true;

  private Engine(Model model, EngineConfig config) {
    this.model = model;
    thread = Thread.ofPlatform().daemon().name("tokenlane-engine-step").unstarted(this::run);
    loop = new StepLoop(model, config, System::nanoTime, () -> LockSupport.unpark(thread));
    embeddings =
        new Embeddings(
            model,
            loop.admission().limits(),
            new Pooling.Sizes(
                config.maxBatchTokens(),
                config.maxBatchSize(),
                config.kv().blockSize(),
                loop.sizes().kvTokens()),
            config.maxBatchSize() + config.queue().maxWaiting(),
            () -> LockSupport.unpark(thread));
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
    return loop.admission().submit(request, listener);
  }

  /**
   * As {@link #submit}, for several generations: all of them are queued or none. Those in a row
   * with the same prompt, salt and early exit are siblings: the prompt is computed once, and blocks
   * are copied when the answers part.
   *
   * @param submissions at most {@link #mostInFlight()}
   * @return their generations, in the same order
   */
  public List<Generation> submitAll(List<Submission> submissions) {
    return loop.admission().submitAll(submissions);
  }

  /** Most generations at once, those that wait included: the queue never has room for more. */
  public int mostInFlight() {
    return loop.admission().mostInFlight();
  }

  /**
   * Computes the beginning of prompts to come. Its only event is the ending: {@link
   * FinishReason#LENGTH} once it can be found.
   *
   * @return cancelling it also ends the pinning of its blocks, even after its ending
   * @throws IllegalArgumentException if the prefix is too short or long, or no more may be pinned
   * @throws EngineBusyException if the queue is full or the engine is closed
   */
  public Generation prefill(PrefillRequest request, Consumer<? super GenerationEvent> listener) {
    return loop.admission().prefill(request, listener);
  }

  /**
   * The means of the last hidden states of texts. Texts of one request share passes, which run
   * between the steps of generations.
   *
   * @param inputs token ids, at least one and at most the context in each; not changed afterwards
   * @return one vector of the model's hidden size for each input; cancelling it ends the work
   * @throws IllegalArgumentException if an input does not fit the model
   * @throws EngineBusyException if the queue is full or the engine is closed
   */
  public CompletableFuture<float[][]> embed(List<int[]> inputs) {
    return embeddings.submit(inputs);
  }

  /**
   * Hash of the last full block of these tokens, as KV events name it; the same on every node with
   * this block size.
   *
   * @param cacheSalt as in {@link GenerationRequest}
   * @return empty if they fill no block
   */
  public Optional<BlockHash> prefixHash(int[] tokens, String cacheSalt) {
    return Optional.ofNullable(
        BlockPool.hashOf(tokens, loop.sizes().blockSize(), CacheSalt.of(cacheSalt)));
  }

  /** Token slots in a KV block. */
  public int blockSize() {
    return loop.sizes().blockSize();
  }

  /**
   * What became findable in the KV cache and what no more, behind event number {@code after}.
   *
   * @param most how many events at the most
   * @return empty if events are missing, so that a {@link #kvSnapshot} is needed to go on from
   */
  public Optional<List<KvEvent>> kvEvents(long after, int most) {
    return loop.kvEvents(after, most);
  }

  /** Every block that can be found; completes on the step thread, between two steps. */
  public CompletableFuture<KvSnapshot> kvSnapshot() {
    return loop.kvSnapshot();
  }

  /** Load right now. Cheap; may be called from any thread. */
  public EngineStats stats() {
    return loop.stats();
  }

  /**
   * Most tokens of a prompt and what is generated behind it: the model's context, or what the whole
   * KV cache holds where that is less.
   */
  public int contextLength() {
    return loop.admission().limits().context();
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
        if (embeddings.isAsked()) {
          loop.tell();
        }
        boolean embedded = embeddings.step();
        if (!loop.step() && !embedded) {
          LockSupport.park(this);
        }
      }
      why = "engine: closed";
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "The engine has ended", e);
    } finally {
      open = false;
      embeddings.close();
      loop.close(why);
    }
  }
}
