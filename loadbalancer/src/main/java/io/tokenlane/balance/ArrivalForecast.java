package io.tokenlane.balance;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls will come: the level and trend of Holt (1957), damped, and the change of the
 * season as in Winters (1960), over buckets of a second and a season of an hour in minutes.
 *
 * <pre>
 * level    += α · (count − level − trend) + trend
 * trend    += β · (level's change − trend)
 * mean     += (count − mean) / an hour
 * season[i] += γ · (count − mean − season[i])
 * forecast(h) = max(0, level + min(h, 30) · trend + season at that time − season now)
 * </pre>
 *
 * <p>Thread-safe; a count on the hot path is one atomic add.
 */
public final class ArrivalForecast {
  private static final double ALPHA = 0.2;
  private static final double BETA = 0.05;
  private static final double GAMMA = 0.3;
  private static final long BUCKET_NANOS = 1_000_000_000L;
  private static final int BUCKETS_PER_SLOT = 60;
  private static final int SLOTS = 60;
  private static final int TREND_HOLDS_SECONDS = 30;

  /** After a longer silence there is no use in counting every empty bucket. */
  private static final long LONGEST_GAP = 2L * BUCKETS_PER_SLOT * SLOTS;

  private final LongAdder arrived = new LongAdder();
  private final double[] season = new double[SLOTS];
  private volatile long bucket = Long.MIN_VALUE;
  private volatile double level;
  private volatile double trend;
  private double mean = Double.NaN;
  private long counted;

  /** A call came at this time (nanoseconds of the pool's clock). */
  void arrived(long now) {
    arrived.increment();
    if (Math.floorDiv(now, BUCKET_NANOS) != bucket) {
      advance(now);
    }
  }

  /** Closes the buckets that are over; to be called before a forecast. */
  synchronized void advance(long now) {
    long current = Math.floorDiv(now, BUCKET_NANOS);
    if (bucket == Long.MIN_VALUE) {
      bucket = current;
      return;
    }
    long over = Math.min(current - bucket, LONGEST_GAP);
    long total = arrived.sum();
    for (long i = 0; i < over; i++) {
      close(i == 0 ? (double) (total - counted) : 0, current - over + i);
    }
    counted = total;
    bucket = current;
  }

  private void close(double count, long index) {
    if (Double.isNaN(mean)) {
      mean = count;
      level = count;
      return;
    }
    double before = level;
    double slope = trend;
    double next = before + slope + ALPHA * (count - before - slope);
    level = next;
    trend = slope + BETA * (next - before - slope);
    mean += (count - mean) / (BUCKETS_PER_SLOT * SLOTS);
    int slot = slot(index);
    season[slot] += GAMMA / BUCKETS_PER_SLOT * (count - mean - season[slot]);
  }

  private static int slot(long index) {
    return (int) Math.floorMod(Math.floorDiv(index, (long) BUCKETS_PER_SLOT), (long) SLOTS);
  }

  /** Calls a second now, smoothed. */
  public double rate() {
    return Math.max(0, level);
  }

  /**
   * Calls a second expected that many seconds from now.
   *
   * @param seconds ≥ 0
   */
  public synchronized double rateIn(int seconds) {
    double seasonal =
        bucket == Long.MIN_VALUE ? 0 : season[slot(bucket + seconds)] - season[slot(bucket)];
    return Math.max(0, level + Math.min(seconds, TREND_HOLDS_SECONDS) * trend + seasonal);
  }

  /** Expected growth over the next seconds: 1 for none, 2 for twice the calls; 1 while idle. */
  double growth() {
    double now = level;
    return now <= 0 ? 1 : Math.max(0, now + 5 * trend) / now;
  }
}
