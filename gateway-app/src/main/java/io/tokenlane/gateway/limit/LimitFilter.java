package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lets a request in where every rule that fits it has room: the tokens expected are taken before
 * the call and corrected to those used when it has ended. A cache hit costs a request and no token.
 */
final class LimitFilter implements GlobalFilter, Ordered {
  private static final Usage NOTHING = new Usage(0, 0, 0, true);

  private final LimitRules rules;
  private final Limits limits;
  private final int unstatedOutput;
  private final MeterRegistry meters;

  LimitFilter(LimitRules rules, Limits limits, int unstatedOutput, MeterRegistry meters) {
    this.rules = rules;
    this.limits = limits;
    this.unstatedOutput = unstatedOutput;
    this.meters = meters;
  }

  @Override
  public int getOrder() {
    return FilterOrder.LIMIT;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    if (rules.isEmpty()) {
      return chain.filter(exchange);
    }
    Trail trail = Trail.of(exchange);
    Asking asking =
        Asking.of(
            trail.principal(), trail.client().orElse("unknown"), trail.call(), unstatedOutput);
    List<LimitRule> fitting = rules.fitting(asking);
    return fitting.isEmpty()
        ? chain.filter(exchange)
        : new Visit(exchange, trail, asking, fitting).pass(chain);
  }

  /** One request's way through the rules. */
  private final class Visit {
    private final ServerWebExchange exchange;
    private final Trail trail;
    private final Asking asking;
    private final List<LimitRule> fitting;
    private final Bill bill = new Bill(limits.quotas());
    private final RateFields fields = new RateFields();
    private volatile boolean letIn;

    /** Taken on a thread of Redis's, given back on any. */
    private final List<Places.Place> seats = new CopyOnWriteArrayList<>();

    Visit(ServerWebExchange exchange, Trail trail, Asking asking, List<LimitRule> fitting) {
      this.exchange = exchange;
      this.trail = trail;
      this.asking = asking;
      this.fitting = fitting;
    }

    Mono<Void> pass(GatewayFilterChain chain) {
      return Mono.defer(this::sit)
          .then(Mono.defer(this::pay))
          .onErrorResume(refusal -> bill.cancel().then(Mono.error(refusal)))
          .then(Mono.defer(() -> let(chain)))
          .doFinally(signal -> end());
    }

    /** A client may go away after it has paid and before it is let in. */
    private void end() {
      seats.forEach(Places.Place::leave);
      if (!letIn) {
        bill.cancel().subscribe();
      }
    }

    private Mono<Void> sit() {
      Mono<Void> seated = Mono.empty();
      for (LimitRule rule : fitting) {
        Integer most = rule.concurrent();
        if (most != null) {
          seated = seated.then(sit(rule, most));
        }
      }
      return seated;
    }

    private Mono<Void> sit(LimitRule rule, int most) {
      return limits
          .places()
          .take(rule.name() + ":" + asking.whose(rule.per()), most)
          .switchIfEmpty(Mono.error(() -> noPlace(rule, most)))
          .doOnNext(seats::add)
          .then();
    }

    private Mono<Void> pay() {
      return Flux.fromIterable(fitting)
          .concatMapIterable(rule -> rules.charges(rule, asking))
          .concatMap(charge -> bill.take(charge).flatMap(probe -> taken(charge, probe)))
          .then();
    }

    private Mono<Void> taken(Charge charge, ConsumptionProbe probe) {
      fields.note(charge, probe);
      return probe.isConsumed() ? Mono.empty() : Mono.error(tooMuch(charge, probe));
    }

    private Mono<Void> let(GatewayFilterChain chain) {
      letIn = true;
      exchange
          .getResponse()
          .beforeCommit(
              () ->
                  Mono.fromRunnable(
                      () -> fields.fields().forEach(exchange.getResponse().getHeaders()::set)));
      // Settled by itself: a client that has gone away cannot call it off.
      return chain.filter(exchange).doFinally(signal -> bill.settle(used()).subscribe());
    }

    /** Without a word from the node: what was expected, if it has served the call at all. */
    private Usage used() {
      HttpStatusCode status = exchange.getResponse().getStatusCode();
      boolean served = trail.lease().isPresent() && (status == null || !status.isError());
      return trail.usage().orElse(served ? asking.expected() : NOTHING);
    }

    private ApiException noPlace(LimitRule rule, int most) {
      count(rule.name(), "concurrent");
      return new ApiException(
              HttpStatus.TOO_MANY_REQUESTS,
              "rate_limit_exceeded",
              "Limit " + rule.name() + ", concurrent: all " + most + " requests at once are open.")
          .withField(HttpHeaders.RETRY_AFTER, "1");
    }

    private ApiException tooMuch(Charge charge, ConsumptionProbe probe) {
      count(charge.rule(), charge.measure().property());
      boolean ever = charge.amount() <= charge.quota().capacity();
      boolean monthly = charge.measure().monthly();
      long seconds = Math.max(1, wait(charge, probe).toSeconds());
      ApiException refusal =
          new ApiException(
              HttpStatus.TOO_MANY_REQUESTS,
              monthly ? "insufficient_quota" : "rate_limit_exceeded",
              "Limit %s, %s: %d needed, %d of %d left.%s"
                  .formatted(
                      charge.rule(),
                      charge.measure().property(),
                      charge.amount(),
                      Math.max(0, probe.getRemainingTokens()),
                      charge.quota().capacity(),
                      ever ? " Try again in " + seconds + " s." : " It would never fit."));
      fields.fields().forEach(refusal::withField);
      return ever ? refusal.withField(HttpHeaders.RETRY_AFTER, Long.toString(seconds)) : refusal;
    }

    private Duration wait(Charge charge, ConsumptionProbe probe) {
      return charge.measure().monthly()
          ? rules.untilNextMonth()
          : Duration.ofNanos(probe.getNanosToWaitForRefill()).plus(Duration.ofMillis(999));
    }

    private void count(String rule, String measure) {
      meters.counter("tokenlane.limits.refused", "rule", rule, "measure", measure).increment();
    }
  }
}
