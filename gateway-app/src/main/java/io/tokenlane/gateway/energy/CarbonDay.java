package io.tokenlane.gateway.energy;

import java.time.Duration;
import java.time.LocalTime;
import java.util.Comparator;
import java.util.List;

/**
 * Carbon intensity by the time of day: each step holds until the next one, the last over midnight.
 */
final class CarbonDay {
  private static final Duration DAY = Duration.ofDays(1);

  private final List<CarbonStep> steps;

  /**
   * @param steps at least one, in any order
   */
  CarbonDay(List<CarbonStep> steps) {
    this.steps = steps.stream().sorted(Comparator.comparing(CarbonStep::from)).toList();
  }

  double grams(LocalTime now) {
    return steps.reversed().stream()
        .filter(step -> !step.from().isAfter(now))
        .findFirst()
        .orElse(steps.getLast())
        .grams();
  }

  /**
   * How long until the least grams that come within {@code most}; zero where nothing that comes is
   * less than now.
   */
  Duration untilLeast(LocalTime now, Duration most) {
    double least = grams(now);
    Duration until = Duration.ZERO;
    List<CarbonStep> coming =
        steps.stream().sorted(Comparator.comparing(step -> until(now, step))).toList();
    for (CarbonStep step : coming) {
      if (until(now, step).compareTo(most) <= 0 && step.grams() < least) {
        least = step.grams();
        until = until(now, step);
      }
    }
    return until;
  }

  private static Duration until(LocalTime now, CarbonStep step) {
    Duration ahead = Duration.between(now, step.from());
    return ahead.isNegative() ? ahead.plus(DAY) : ahead;
  }
}
