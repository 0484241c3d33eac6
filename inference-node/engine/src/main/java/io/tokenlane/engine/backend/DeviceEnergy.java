package io.tokenlane.engine.backend;

import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Reads what a backend's device takes, where its driver tells. Found through {@link
 * java.util.ServiceLoader}.
 */
public interface DeviceEnergy {

  /** The backend whose device it is, as {@link Backend#name()}. */
  String backend();

  /** Where the figure comes from, such as {@code nvml}. */
  String source();

  /**
   * A counter of joules since some moment, which never falls and may be read by any thread; NaN
   * while it cannot be read. Empty where the device does not tell. Never throws.
   */
  Optional<DoubleSupplier> counter();
}
