package io.tokenlane.gateway.prefetch;

import io.tokenlane.prefetch.Prefetcher;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A planned refresh yields to clients: while they keep the origins busy it looks again every
 * quarter to half of a second, until it has waited so long that what it refreshes may expire.
 *
 * @param busy whether clients need the origins now
 * @param most how long a refresh waits at most
 * @param jitterMillis uniform in [0, 250)
 */
record ClientsFirst(BooleanSupplier busy, Duration most, LongSupplier jitterMillis)
    implements Prefetcher.Postponement {
  private static final long LOOK_MILLIS = 250;

  @Override
  public Duration more(Duration waited) {
    return waited.compareTo(most) < 0 && busy.getAsBoolean()
        ? Duration.ofMillis(LOOK_MILLIS + jitterMillis.getAsLong())
        : Duration.ZERO;
  }
}
