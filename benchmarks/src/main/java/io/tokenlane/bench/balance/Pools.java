package io.tokenlane.bench.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.Place;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Gateways with the product's own pool.
 *
 * @param late whether the gateways are told the nodes' slots
 */
record Pools(BalancingStrategy strategy, boolean late) implements Balancer.Kind {
  private static final Place PLACE = new Place(0, "", Duration.ofHours(1));
  private static final long TICK_NANOS = 100_000_000;

  static Pools of(String strategy) {
    return new Pools(Strategies.named(strategy), false);
  }

  static Pools lateBinding(String strategy) {
    return new Pools(Strategies.named(strategy), true);
  }

  @Override
  public String title() {
    return late ? strategy.name() + " + late binding" : strategy.name();
  }

  @Override
  public Balancer at(Fleet fleet, int gateway) {
    SplittableRandom chance = fleet.random.split();
    NodePool pool =
        new NodePool(
            PoolSettings.DEFAULT.among(fleet.plan.gateways()), fleet::now, chance::nextInt);
    int limit = late ? fleet.plan.slots() : 0;
    pool.replace(
        IntStream.range(0, fleet.nodes())
            .mapToObj(
                i ->
                    new Node(
                        Integer.toString(i),
                        URI.create("http://n" + i),
                        fleet.plan.weight(i),
                        limit))
            .toList());
    LateBinding line = new LateBinding(pool, Integer.MAX_VALUE);
    tick(fleet, line);
    return new Gateway(fleet, line);
  }

  private static void tick(Fleet fleet, LateBinding line) {
    fleet.after(
        TICK_NANOS,
        () -> {
          line.tick();
          if (fleet.open() || line.waiting() > 0) {
            tick(fleet, line);
          }
        });
  }

  private final class Gateway implements Balancer {
    private final Fleet fleet;
    private final LateBinding line;

    Gateway(Fleet fleet, LateBinding line) {
      this.fleet = fleet;
      this.line = line;
    }

    @Override
    public void take(Call call) {
      var _ = line.lease(strategy, demand(call), PLACE).thenAccept(lease -> send(call, lease));
    }

    private static Demand demand(Call call) {
      Demand keyed = Demand.keyed(Integer.toString(call.client));
      return call.tried.isEmpty()
          ? keyed
          : keyed.without(
              call.tried.stream().map(i -> Integer.toString(i)).collect(Collectors.toSet()));
    }

    private void send(Call call, Lease lease) {
      call.lease = lease;
      fleet.send(call, Integer.parseInt(lease.node().id()));
    }

    @Override
    public void ended(Call call, boolean good) {
      Lease lease = call.lease;
      if (lease == null) {
        throw new IllegalStateException("call without a lease (expected: one)");
      }
      if (good) {
        lease.success();
      } else {
        lease.dropped("simulated failure");
      }
    }
  }
}
