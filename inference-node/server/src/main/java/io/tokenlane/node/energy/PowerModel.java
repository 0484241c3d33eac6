package io.tokenlane.node.energy;

import java.util.function.LongSupplier;

/**
 * Energy by a declared model: {@code idle watts × seconds since the start + core watts × seconds of
 * CPU time}. Linear in the load, as measured for servers within some percent (Fan, Weber, Barroso:
 * Power Provisioning for a Warehouse-sized Computer, 2007).
 */
final class PowerModel implements EnergyMeter {
  private final double idleWatts;
  private final double coreWatts;
  private final LongSupplier nanoTime;
  private final LongSupplier cpuNanos;
  private final long start;

  /**
   * @param cpuNanos CPU time of the process so far
   */
  PowerModel(double idleWatts, double coreWatts, LongSupplier nanoTime, LongSupplier cpuNanos) {
    this.idleWatts = idleWatts;
    this.coreWatts = coreWatts;
    this.nanoTime = nanoTime;
    this.cpuNanos = cpuNanos;
    this.start = nanoTime.getAsLong();
  }

  @Override
  public double joules() {
    return (idleWatts * (nanoTime.getAsLong() - start) + coreWatts * cpuNanos.getAsLong()) / 1e9;
  }

  @Override
  public String source() {
    return "model";
  }

  @Override
  public boolean estimated() {
    return true;
  }
}
