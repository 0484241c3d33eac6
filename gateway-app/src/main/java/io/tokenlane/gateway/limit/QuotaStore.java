package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import reactor.core.publisher.Mono;

/** Keeps what is left of quotas. Thread-safe, never blocks. */
interface QuotaStore {
  /**
   * What became of a question for an amount.
   *
   * @param probe what is left, and the wait where the amount was not there
   * @param by the store that has to hear of corrections
   */
  record Taken(ConsumptionProbe probe, QuotaStore by) {}

  /** Takes {@code amount} ≥ 0 where it is there. Nothing is taken where the answer is not read. */
  Mono<Taken> take(Quota quota, long amount);

  /**
   * Corrects an amount that this store has taken: more than zero gives back, less takes more even
   * where it is not there, so that what follows waits for it.
   */
  Mono<Void> correct(Quota quota, long amount);
}
