package io.tokenlane.node.load;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the model will be once it is loaded. Loading runs on a thread of its own, so that the
 * server already tells that it is alive.
 */
public final class ModelSlot implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelSlot.class);

  private final Thread loading;
  private volatile @Nullable LoadedModel model;
  private boolean closed;

  /**
   * Starts loading.
   *
   * @param whenLoaded is told the model before anyone can use it
   * @param whenFailed is told why there will be no model
   */
  public ModelSlot(
      ModelLoader loader, Consumer<LoadedModel> whenLoaded, Consumer<Exception> whenFailed) {
    loading =
        Thread.ofPlatform()
            .name("model-load")
            .start(() -> load(loader, whenLoaded, whenFailed));
  }

  /** The model; empty while it is being loaded. */
  public Optional<LoadedModel> model() {
    return Optional.ofNullable(model);
  }

  /** Ends the engine and releases the model; waits for a loading that is under way. */
  @Override
  public void close() throws Exception {
    synchronized (this) {
      closed = true;
    }
    if (Thread.currentThread() != loading) {
      loading.join();
    }
    LoadedModel loaded = model;
    if (loaded != null) {
      loaded.close();
    }
  }

  private void load(
      ModelLoader loader, Consumer<LoadedModel> whenLoaded, Consumer<Exception> whenFailed) {
    try {
      LoadedModel loaded = loader.load();
      whenLoaded.accept(loaded);
      model = loaded;
      log.info("ready: {} {}", loaded.name(), loaded.facts());
    } catch (Exception e) {
      whenFailed.accept(e);
    }
  }
}
