package io.tokenlane.bench.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Who has to change its node when one of eight goes. */
final class Moved {
  private static final int CLIENTS = 100_000;

  private Moved() {}

  /** The worst of the eight nodes to lose, in per cent of the clients. */
  static double percent() {
    List<String> before = homes(-1);
    double most = 0;
    for (int lost = 0; lost < 8; lost++) {
      List<String> after = homes(lost);
      double moved =
          IntStream.range(0, CLIENTS).filter(i -> !before.get(i).equals(after.get(i))).count();
      most = Math.max(most, 100 * moved / CLIENTS);
    }
    return most;
  }

  private static List<String> homes(int lost) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT, () -> 0, bound -> 0);
    pool.replace(
        IntStream.range(0, 8)
            .filter(i -> i != lost)
            .mapToObj(i -> new Node("node-" + i, URI.create("http://n" + i)))
            .toList());
    BalancingStrategy hash = Strategies.named("ip-hash");
    List<String> homes = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      String address = "10." + client % 7 + "." + client / 250 + "." + client % 250;
      Node home = pool.preferred(hash, Demand.keyed(address));
      homes.add(home == null ? "" : home.id());
    }
    return homes;
  }
}
