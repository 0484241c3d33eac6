package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import reactor.core.publisher.Mono;

/** Keeps what is left of quotas. Thread-safe, never blocks. */
interface QuotaStore {
  /** Takes {@code amount} ≥ 0 where it is there; tells what is left, and the wait where not. */
  Mono<ConsumptionProbe> take(Quota quota, long amount);

  /**
   * Corrects an amount that was taken: more than zero gives back, less takes more even where it is
   * not there, so that what follows waits for it.
   */
  Mono<Void> correct(Quota quota, long amount);
}
