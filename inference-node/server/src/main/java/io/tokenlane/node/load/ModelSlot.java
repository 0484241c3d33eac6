package io.tokenlane.node.load;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the model will be once it is loaded. Loading runs on a thread of its own, so that the
 * server already tells that it is alive.
 */
public final class ModelSlot implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelSlot.class);

  private final CompletableFuture<LoadedModel> model = new CompletableFuture<>();

  /**
   * Starts loading.
   *
   * @param whenLoaded is told the model before anyone can use it
   * @param whenFailed is told why there will be no model
   */
  public ModelSlot(
      ModelSource source, Consumer<LoadedModel> whenLoaded, Consumer<Throwable> whenFailed) {
    Thread.ofPlatform()
        .name("model-load")
        .daemon()
        .start(() -> load(source, whenLoaded, whenFailed));
  }

  /** Holds a model that is loaded already. */
  public ModelSlot(LoadedModel loaded) {
    model.complete(loaded);
  }

  /** The model; empty while it is being loaded, or if that failed. */
  public Optional<LoadedModel> model() {
    return model.state() == Future.State.SUCCESS
        ? Optional.of(model.resultNow())
        : Optional.empty();
  }

  /** Ends the engine and releases the model; one that is still being loaded is let go of later. */
  @Override
  public void close() {
    if (!model.cancel(false)) {
      model().ifPresent(LoadedModel::close);
    }
  }

  private void load(
      ModelSource source, Consumer<LoadedModel> whenLoaded, Consumer<Throwable> whenFailed) {
    try {
      LoadedModel loaded = source.load();
      whenLoaded.accept(loaded);
      System.gc(); // what loading left behind goes back to the system before traffic comes
      log.info("model {}: ready, {}", loaded.name(), loaded.facts().summary());
      if (!model.complete(loaded)) {
        loaded.close();
      }
    } catch (Throwable e) {
      if (model.completeExceptionally(e)) {
        whenFailed.accept(e);
      }
    }
  }

  /** Loads a model; slow. */
  @FunctionalInterface
  public interface ModelSource {
    LoadedModel load();
  }
}
