package io.tokenlane.node.load;

import io.tokenlane.engine.EngineConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to load and how to run it.
 *
 * @param model a GGUF file or a Hugging Face folder; empty for the embedded demo model
 * @param servedModelName what clients call it; null takes its own name
 * @param backend name of the backend, or {@code auto}
 * @param threads threads that compute, at least 1
 * @param int8 whether to compute with weights of 8-bit integers, quantising floats at load
 * @param engine sizes of the engine
 * @param adaptive how the model saves work, where a request does not say
 * @param blas whether a library of the device's maker may compute large steps
 */
public record LoadSettings(
    Optional<Path> model,
    @Nullable String servedModelName,
    String backend,
    int threads,
    boolean int8,
    EngineConfig engine,
    Adaptive adaptive,
    boolean blas) {

  /**
   * A model that saves no work unless a request says so, every step by the backend's own kernels.
   */
  public LoadSettings(
      Optional<Path> model,
      @Nullable String servedModelName,
      String backend,
      int threads,
      boolean int8,
      EngineConfig engine) {
    this(model, servedModelName, backend, threads, int8, engine, Adaptive.OFF, false);
  }
}
