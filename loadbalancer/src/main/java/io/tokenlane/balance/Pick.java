package io.tokenlane.balance;

import io.tokenlane.balance.strategy.Candidates;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One choice: the fleet at one moment, less the nodes already tried. */
final class Pick implements Candidates {
  private final Member[] fleet;
  private final Set<String> excluded;
  private final @Nullable String key;
  private final long now;
  private final NodePool pool;
  private boolean panic;

  Pick(Member[] fleet, Set<String> excluded, @Nullable String key, long now, NodePool pool) {
    this.fleet = fleet;
    this.excluded = excluded;
    this.key = key;
    this.now = now;
    this.pool = pool;
  }

  /** Whether any node may be chosen; lets nodes in that do not serve if no other is left. */
  boolean anyEligible() {
    return eligibleExists() || panic();
  }

  private boolean panic() {
    panic = true;
    return eligibleExists();
  }

  private boolean eligibleExists() {
    for (int i = 0; i < fleet.length; i++) {
      if (eligible(i)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int size() {
    return fleet.length;
  }

  @Override
  public boolean eligible(int index) {
    Member member = fleet[index];
    return (panic || member.state(now).serves())
        && (excluded.isEmpty() || !excluded.contains(member.node().id()));
  }

  @Override
  public String id(int index) {
    return fleet[index].node().id();
  }

  @Override
  public double weight(int index) {
    return fleet[index].weight(now);
  }

  @Override
  public int inFlight(int index) {
    return fleet[index].inFlight();
  }

  @Override
  public double slowness(int index) {
    return fleet[index].slowness(now);
  }

  @Override
  public double successRate(int index) {
    return fleet[index].successRate(now);
  }

  @Override
  public @Nullable String key() {
    return key;
  }

  @Override
  public long turn() {
    return pool.nextTurn();
  }

  @Override
  public int random(int bound) {
    return pool.random(bound);
  }
}
