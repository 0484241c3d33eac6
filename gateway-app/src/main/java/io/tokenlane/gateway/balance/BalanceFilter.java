package io.tokenlane.gateway.balance;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.NextAttempt;
import io.tokenlane.gateway.route.RouteConfig;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Leases a node for the request, and another one where a node fails before the first byte of its
 * answer: nothing is committed to the client before that byte, so nothing is lost or sent twice. A
 * request whose body streams through goes elsewhere only while no node has read of it. The lease in
 * use at the end is closed by the outermost filter.
 */
final class BalanceFilter implements GlobalFilter, Ordered {
  private final LateBinding line;
  private final Leasing leasing;
  private final Supplier<Attempting> attempting;
  private final NodeMeters meters;
  private final Standby standby;
  private final LineMeters lineMeters;

  BalanceFilter(
      LateBinding line,
      LineMeters lineMeters,
      Leasing leasing,
      Supplier<Attempting> attempting,
      NodeMeters meters,
      Standby standby) {
    this.standby = standby;
    this.line = line;
    this.lineMeters = lineMeters;
    this.leasing = leasing;
    this.attempting = attempting;
    this.meters = meters;
  }

  @Override
  public int getOrder() {
    return FilterOrder.BALANCE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Attempting now = attempting.get();
    if (!RouteConfig.onNodes(exchange)) {
      return RouteConfig.onService(exchange)
          ? new ServiceAttempts(exchange, chain, now.most(), meters).next()
          : chain.filter(exchange);
    }
    now.budget().request();
    return new Attempts(exchange, chain, now).next();
  }

  /** The nodes one request is sent to, one after the other. */
  private final class Attempts {
    private final ServerWebExchange exchange;
    private final GatewayFilterChain chain;
    private final Attempting terms;
    private final Trail trail;
    private final Set<String> lacking;

    /** But for one that is to be asked once more. */
    private Set<String> tried = Set.of();

    /** Of those tried, the ones that were found busy or failing before it was sent there. */
    private Set<String> spared = Set.of();

    private boolean repeated;

    Attempts(ServerWebExchange exchange, GatewayFilterChain chain, Attempting terms) {
      this.terms = terms;
      this.exchange = exchange;
      this.chain = chain;
      this.trail = Trail.of(exchange);
      this.lacking = Set.copyOf(standby.lacking(leasing.lacking(trail)));
    }

    Mono<Void> next() {
      boolean hedged = tried.isEmpty() && !repeated && mayBeHedged();
      return lease()
          .doOnError(NoSlotException.class, lineMeters::refused)
          .onErrorMap(NoSlotException.class, Leasing::refusal)
          .flatMap(lease -> hedged ? hedged(lease) : on(lease));
    }

    /** While it waited, the nodes that it was for may have gone: then it may go to others. */
    private Mono<Lease> lease() {
      Leasing.Asked asked = asked();
      return leasing
          .lease(line, asked)
          .onErrorResume(
              NoSlotException.class,
              none -> {
                Leasing.Asked now = asked();
                return now.unfit().equals(asked.unfit())
                    ? Mono.error(none)
                    : leasing.lease(line, now);
              });
    }

    private Leasing.Asked asked() {
      return Leasing.Asked.of(exchange, tried, standby.unfit(tried, lacking));
    }

    /** Streams begin soon where all is well; an answer in one piece takes as long as it is. */
    private boolean mayBeHedged() {
      return terms.hedgeAfter().isPositive()
          && terms.most() > 1
          && trail.call().filter(call -> call.stream() && call.onlyAsks()).isPresent();
    }

    private Mono<Void> on(Lease lease) {
      ServerWebExchange attempt = begun(lease, exchange.getResponse(), false);
      return sent(attempt, lease)
          .onErrorResume(failure -> failed(lease, attempt, failure))
          .doOnCancel(() -> left(lease));
    }

    /**
     * @param beside whether another node has the request as well: then its refusal is not the
     *     answer, since the other may have a better one
     */
    private ServerWebExchange begun(Lease lease, ServerHttpResponse response, boolean beside) {
      tried = and(tried, lease.node().id());
      meters.picked(lease.node().id());
      trail.leased(lease, beside ? () -> true : this::anotherMayServe, System.nanoTime());
      return new AttemptExchange(exchange, new StreamGuard(response, trail));
    }

    /**
     * The client may have gone while the call waited: then nobody else closes the lease. Once the
     * answer is under way the end does, which knows whether all of it was handed on.
     */
    private void left(Lease lease) {
      if (!exchange.getResponse().isCommitted()) {
        lease.ignored();
      }
    }

    /** Small for as long as the answer goes on. */
    private static Set<String> and(Set<String> ids, String one) {
      if (ids.isEmpty()) {
        return Set.of(one);
      }
      Set<String> more = new HashSet<>(ids);
      more.add(one);
      return Set.copyOf(more);
    }

    private Mono<Void> sent(ServerWebExchange attempt, Lease lease) {
      return standby
          .prepared(attempt, lease.node().id())
          .flatMap(chain::filter)
          .doOnError(NodeFailures::unsent, failure -> spared = and(spared, lease.node().id()));
    }

    /** How many nodes had the request. */
    private int sent() {
      return tried.size() - spared.size();
    }

    /** Where the node has not begun in time, a second one is asked as well. */
    private Mono<Void> hedged(Lease lease) {
      Race race = new Race(exchange.getResponse(), trail);
      Race.Runner first = race.runner(lease);
      ServerWebExchange attempt = begun(lease, first.response(), false);
      return race.run(first.run(sent(attempt, lease)), terms.hedgeAfter(), () -> second(race))
          .onErrorResume(failure -> failed(lease, attempt, failure));
    }

    private Mono<Void> second(Race race) {
      if (!anotherMayServe() || !terms.budget().retry()) {
        return Mono.empty();
      }
      Lease lease = leasing.free(line, asked()).orElse(null);
      if (lease == null) {
        return Mono.empty();
      }
      return race.joined(
          lease,
          second -> {
            meters.hedged();
            return sent(begun(lease, second.response(), true), lease);
          });
    }

    /** Holds for this moment: nodes go and come back while one of them is at work. */
    private boolean anotherMayServe() {
      return trail.repeatable() && sent() < terms.most() && anyOther() && terms.budget().any();
    }

    private boolean anyOther() {
      Set<String> excluded = new HashSet<>(lacking);
      excluded.addAll(tried);
      return standby.anyBut(excluded);
    }

    /** Where there is no other node: a kept connection may break while its node is well. */
    private void askOnceMore(Lease lease, Throwable failure) {
      if (!repeated && NodeFailures.brokeOff(failure) && !anyOther()) {
        repeated = true;
        Set<String> others = new HashSet<>(tried);
        others.remove(lease.node().id());
        tried = Set.copyOf(others);
      }
    }

    private Mono<Void> failed(Lease lease, ServerWebExchange attempt, Throwable failure) {
      boolean untouched = !exchange.getResponse().isCommitted();
      if (!untouched || !NodeFailures.ofNode(failure)) {
        return Mono.error(failure);
      }
      NodeFailures.close(lease, failure);
      NextAttempt.on(attempt);
      trail.decided(
          () ->
              new Decision(
                  "failed",
                  lease.node().id(),
                  String.valueOf(failure.getMessage()),
                  Map.of("attempt", trail.attempts()),
                  System.nanoTime()));
      if (!mayGoOn(failure)) {
        return Mono.error(failure instanceof NodeFailedException ? Leasing.allRefused() : failure);
      }
      askOnceMore(lease, failure);
      meters.retried();
      return next();
    }

    private boolean mayGoOn(Throwable failure) {
      if (NodeFailures.unsent(failure)) {
        return anyOther();
      }
      return trail.repeatable()
          && sent() < terms.most()
          && (NodeFailures.connectionLost(failure) || terms.budget().retry());
    }
  }
}
