package io.tokenlane.prefetch.predict;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How often the most frequent keys of an endless stream come, in bounded memory: Space-Saving
 * (Metwally, Agrawal, El Abbadi, ICDT 2005) over exponentially decayed counts.
 *
 * <p>With weight {@code e^(−(now − t)/τ)} for an occurrence at {@code t}, a key's count overstates
 * its true decayed count by at most W/capacity, W being the decayed length of the stream; a key
 * whose true count is above that is always among the counters. Counts are kept in forward decay
 * (Cormode et al., ICDE 2009): scaled by {@code e^(t/τ)}, so that time alone changes no order.
 *
 * <p>Guarded by its owner's lock.
 */
final class HeavyHitters {
  /** Beyond this exponent all counts are scaled down, before a double overflows. */
  private static final double LARGEST_EXPONENT = 200;

  private static final Comparator<Counter> BY_SCORE =
      Comparator.comparingDouble((Counter c) -> c.score).thenComparing(c -> c.key);

  private final int capacity;
  private final double decaySeconds;
  private final Map<String, Counter> counters = new HashMap<>();
  private final TreeSet<Counter> order = new TreeSet<>(BY_SCORE);
  private double landmarkSeconds;
  private double firstSeconds = Double.NaN;

  /** One key's scaled count. */
  private static final class Counter {
    private final String key;
    private double score;

    Counter(String key) {
      this.key = key;
    }
  }

  /**
   * Starts with nothing counted.
   *
   * @param capacity counters, ≥ 1
   * @param decaySeconds τ: after it an occurrence counts 1/e; &gt; 0
   */
  HeavyHitters(int capacity, double decaySeconds) {
    this.capacity = capacity;
    this.decaySeconds = decaySeconds;
  }

  /** Counts one occurrence. Time must not go back by more than a few τ. */
  void observe(String key, double nowSeconds) {
    if (Double.isNaN(firstSeconds)) {
      firstSeconds = nowSeconds;
      landmarkSeconds = nowSeconds;
    }
    rescaleIfFar(nowSeconds);
    Counter counter = counters.get(key);
    if (counter == null) {
      counter = new Counter(key);
      if (counters.size() >= capacity) {
        Counter least = order.removeFirst();
        counters.remove(least.key);
        counter.score = least.score;
      }
      counters.put(key, counter);
    } else {
      order.remove(counter);
    }
    counter.score += Math.exp((nowSeconds - landmarkSeconds) / decaySeconds);
    order.add(counter);
  }

  private void rescaleIfFar(double nowSeconds) {
    double exponent = (nowSeconds - landmarkSeconds) / decaySeconds;
    if (exponent > LARGEST_EXPONENT) {
      double factor = Math.exp(-exponent);
      // Scaling all alike keeps the order; a set's elements must still not change within it.
      List<Counter> all = List.copyOf(order);
      order.clear();
      all.forEach(counter -> counter.score *= factor);
      order.addAll(all);
      landmarkSeconds = nowSeconds;
    }
  }

  /** The decayed count; 0 for a key without a counter. */
  double count(String key, double nowSeconds) {
    Counter counter = counters.get(key);
    return counter == null
        ? 0
        : counter.score * Math.exp(-(nowSeconds - landmarkSeconds) / decaySeconds);
  }

  /**
   * Occurrences per second: the decayed count over the time it spans, {@code τ(1 − e^(−age/τ))},
   * the whole stream's age being at least {@code shortestSeconds}.
   */
  double rate(String key, double nowSeconds, double shortestSeconds) {
    double age = Math.max(nowSeconds - firstSeconds, shortestSeconds);
    double span = decaySeconds * -Math.expm1(-age / decaySeconds);
    return Double.isNaN(firstSeconds) ? 0 : count(key, nowSeconds) / span;
  }

  /** For how long the stream has been counted, in seconds. */
  double ageSeconds(double nowSeconds) {
    return Double.isNaN(firstSeconds) ? 0 : Math.max(0, nowSeconds - firstSeconds);
  }

  /** All decayed counts. */
  Map<String, Double> counts(double nowSeconds) {
    Map<String, Double> counts = new HashMap<>();
    counters.keySet().forEach(key -> counts.put(key, count(key, nowSeconds)));
    return counts;
  }

  /** Begins with what was counted before: for so long, and up to so long ago. */
  void restore(
      Map<String, Double> counts, double ageSeconds, double agoSeconds, double nowSeconds) {
    firstSeconds = nowSeconds - agoSeconds - ageSeconds;
    landmarkSeconds = nowSeconds;
    double faded = Math.exp(-agoSeconds / decaySeconds);
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .limit(capacity)
        .forEach(
            entry -> {
              Counter counter = new Counter(entry.getKey());
              counter.score = entry.getValue() * faded;
              counters.put(counter.key, counter);
              order.add(counter);
            });
  }

  /** The most frequent keys, at most {@code n}, most frequent first. */
  List<String> top(int n) {
    return order.descendingSet().stream().limit(n).map(counter -> counter.key).toList();
  }
}
