package io.tokenlane.node.energy;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Joules per token of late: energy and tokens are summed with the same forgetting, so that the
 * figure is that of the last ten busy seconds, and stays while the node is idle. Prompt tokens that
 * were computed and tokens that were generated count alike.
 */
public final class EnergyPerToken {
  private static final double MEMORY_SECONDS = 10;
  private static final double LEAST_SECONDS = 0.05;

  private final DoubleSupplier meter;
  private final LongSupplier nanoTime;
  private double joulesBefore;
  private long tokensBefore;
  private long lastLook;
  private double joules;
  private double tokens;

  /**
   * @param meter joules since now; first asked once there are tokens
   * @param nanoTime as {@link System#nanoTime()}
   */
  public EnergyPerToken(DoubleSupplier meter, LongSupplier nanoTime) {
    this.meter = meter;
    this.nanoTime = nanoTime;
    this.lastLook = nanoTime.getAsLong();
  }

  /** The figure, given how many tokens there were since the start; 0 before the first. */
  public synchronized double at(long tokensNow) {
    long now = nanoTime.getAsLong();
    double seconds = (now - lastLook) / 1e9;
    if (seconds >= LEAST_SECONDS && tokensNow > tokensBefore) {
      double kept = Math.exp(-seconds / MEMORY_SECONDS);
      double joulesNow = meter.getAsDouble();
      // What was taken between two answers that lie far apart is not the tokens' alone.
      double share = Math.min(1, MEMORY_SECONDS / seconds);
      joules = joules * kept + (joulesNow - joulesBefore) * share;
      tokens = tokens * kept + (tokensNow - tokensBefore);
      joulesBefore = joulesNow;
      tokensBefore = tokensNow;
      lastLook = now;
    }
    return tokens == 0 ? 0 : joules / tokens;
  }
}
