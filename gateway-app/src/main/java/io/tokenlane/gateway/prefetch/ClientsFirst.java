package io.tokenlane.gateway.prefetch;

import io.tokenlane.prefetch.Prefetcher;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A planned refresh yields to clients: while they keep the origins busy it looks again every
 * quarter to half of a second, until half of the time is over that what it refreshes is still
 * fresh.
 *
 * @param busy whether clients need the origins now
 * @param jitterMillis uniform in [0, 250)
 */
record ClientsFirst(BooleanSupplier busy, LongSupplier jitterMillis)
    implements Prefetcher.Postponement {
  private static final long LOOK_MILLIS = 250;

  @Override
  public Duration more(Duration waited, Duration left) {
    Duration look = Duration.ofMillis(LOOK_MILLIS + jitterMillis.getAsLong());
    boolean inTime = waited.plus(look).compareTo(left.dividedBy(2)) <= 0;
    return inTime && busy.getAsBoolean() ? look : Duration.ZERO;
  }
}
