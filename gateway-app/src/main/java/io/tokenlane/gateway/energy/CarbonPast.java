package io.tokenlane.gateway.energy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/** What was fetched within a day, and whether a figure is one of its low ones. Thread-safe. */
final class CarbonPast {
  private static final Duration DAY = Duration.ofDays(1);

  /** With fewer, nothing can be said. */
  private static final int FEWEST = 4;

  private static final int MOST = 2_000;
  private static final double LOW_SHARE = 1.0 / 3;

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  private record Sample(Instant at, double grams) {}

  synchronized void add(Instant at, double grams) {
    samples.addLast(new Sample(at, grams));
    while (samples.size() > MOST || samples.getFirst().at().isBefore(at.minus(DAY))) {
      samples.removeFirst();
    }
  }

  /** Whether at most a third of the day was lower; always, as long as too little is known. */
  synchronized boolean low(double grams) {
    long lower = samples.stream().filter(sample -> sample.grams() < grams).count();
    return samples.size() < FEWEST || lower < LOW_SHARE * samples.size();
  }
}
