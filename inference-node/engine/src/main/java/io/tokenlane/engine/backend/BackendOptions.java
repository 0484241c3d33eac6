package io.tokenlane.engine.backend;

/**
 * Settings of a backend.
 *
 * @param threads threads that a step is split over, its own included; 1 to 1024. Results do not
 *     depend on it
 * @param weights what to compute with where a checkpoint's weights are floats
 * @param blas whether a library of the device's maker may compute large steps, where there is one:
 *     the last bits of a row then depend on how many rows a step has
 * @param tuned whether ways to cut work are tried when they first come, and the fastest kept, where
 *     a device has several. Results do not depend on it
 */
public record BackendOptions(int threads, WeightFormat weights, boolean blas, boolean tuned) {
  private static final int MOST_THREADS = 1024;

  public BackendOptions {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads: %d (expected: 1 to %d)".formatted(threads, MOST_THREADS));
    }
  }

  /** The same bits whatever a step has; nothing is tried. */
  public BackendOptions(int threads, WeightFormat weights) {
    this(threads, weights, false, false);
  }

  /** Weights as they are stored, the same bits whatever a step has; nothing is tried. */
  public BackendOptions(int threads) {
    this(threads, WeightFormat.AS_STORED);
  }

  /** One thread for each processor, weights as they are stored. */
  public static BackendOptions defaults() {
    return new BackendOptions(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
  }
}
