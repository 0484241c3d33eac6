package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import io.tokenlane.gateway.call.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What one request has taken, to be corrected once when it has ended, where it was taken. Used by
 * one request, on any threads.
 */
final class Bill {
  private final QuotaStore store;
  private final List<Paid> paid = new ArrayList<>();
  private boolean closed;

  private record Paid(Charge charge, QuotaStore by) {
    Mono<Void> correct(long amount) {
      return by.correct(charge.quota(), amount);
    }
  }

  Bill(QuotaStore store) {
    this.store = store;
  }

  /** Takes it; the answer says whether it was there. */
  Mono<ConsumptionProbe> take(Charge charge) {
    return store
        .take(charge.quota(), charge.amount())
        .doOnNext(
            taken -> {
              Paid part = new Paid(charge, taken.by());
              if (taken.probe().isConsumed() && !added(part)) {
                part.correct(charge.amount()).subscribe();
              }
            })
        .map(QuotaStore.Taken::probe);
  }

  /** False where the request has ended meanwhile. */
  private synchronized boolean added(Paid part) {
    return !closed && paid.add(part);
  }

  private synchronized List<Paid> close() {
    closed = true;
    List<Paid> all = List.copyOf(paid);
    paid.clear();
    return all;
  }

  /** Gives everything back: the request was not let in. */
  Mono<Void> cancel() {
    return correct(part -> part.charge().amount());
  }

  /** Corrects what was expected to what was used. */
  Mono<Void> settle(Usage used) {
    return correct(
        part -> {
          Charge charge = part.charge();
          boolean settled = charge.measure().settled();
          return settled ? charge.amount() - charge.price().applyAsLong(used) : 0;
        });
  }

  private Mono<Void> correct(ToLongFunction<Paid> amount) {
    return Flux.defer(() -> Flux.fromIterable(close()))
        .concatMap(part -> part.correct(amount.applyAsLong(part)))
        .then();
  }
}
