package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import io.tokenlane.gateway.call.Usage;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What one request has taken, to be corrected once when it has ended. Used by one request. */
final class Bill {
  private final QuotaStore store;
  private final List<Charge> taken = new ArrayList<>();

  Bill(QuotaStore store) {
    this.store = store;
  }

  /** Takes it; the answer says whether it was there. */
  Mono<ConsumptionProbe> take(Charge charge) {
    return store
        .take(charge.quota(), charge.amount())
        .doOnNext(
            probe -> {
              if (probe.isConsumed()) {
                taken.add(charge);
              }
            });
  }

  /** Gives everything back: the request was not let in. */
  Mono<Void> cancel() {
    return Flux.fromIterable(List.copyOf(taken))
        .concatMap(charge -> store.correct(charge.quota(), charge.amount()))
        .then(Mono.fromRunnable(taken::clear));
  }

  /** Corrects what was expected to what was used. */
  Mono<Void> settle(Usage used) {
    return Flux.fromIterable(List.copyOf(taken))
        .filter(charge -> charge.measure().settled())
        .concatMap(
            charge ->
                store.correct(charge.quota(), charge.amount() - charge.price().applyAsLong(used)))
        .then();
  }
}
