package io.tokenlane.node.energy;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * The energy of the device that the model runs on, from when it does: what the device took before,
 * or while the model runs elsewhere, is not the node's.
 */
final class DeviceMeter {
  private final DoubleSupplier counter;
  private final BooleanSupplier inUse;
  private double before = Double.NaN;
  private double joules;

  /**
   * @param counter joules since some moment; NaN while they cannot be read
   * @param inUse whether the model runs on the device
   */
  DeviceMeter(DoubleSupplier counter, BooleanSupplier inUse) {
    this.counter = counter;
    this.inUse = inUse;
  }

  /** Never less than before. Safe to call from any thread. */
  synchronized double joules() {
    double now = inUse.getAsBoolean() ? counter.getAsDouble() : Double.NaN;
    if (now >= before) {
      joules += now - before;
    }
    if (!Double.isNaN(now)) {
      before = now;
    }
    return joules;
  }
}
