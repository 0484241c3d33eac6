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
  private final long[] eligible;

  Pick(Member[] fleet, Set<String> excluded, @Nullable String key, long now, NodePool pool) {
    this.fleet = fleet;
    this.excluded = excluded;
    this.key = key;
    this.now = now;
    this.pool = pool;
    this.eligible = new long[(fleet.length + 63) / 64];
  }

  /**
   * Settles which nodes may be chosen, for the whole of this pick: a node ejected by another thread
   * meanwhile stays eligible, so that a strategy that looks twice sees the same fleet. Nodes that
   * do not serve are let in if no other is left.
   *
   * @return whether there is any
   */
  boolean settle() {
    return admit(false) || admit(true);
  }

  private boolean admit(boolean panic) {
    boolean any = false;
    for (int i = 0; i < fleet.length; i++) {
      if (mayTake(fleet[i], panic)) {
        eligible[i >> 6] |= 1L << i;
        any = true;
      }
    }
    return any;
  }

  private boolean mayTake(Member member, boolean panic) {
    return (panic || member.state(now).serves())
        && (excluded.isEmpty() || !excluded.contains(member.node().id()));
  }

  @Override
  public int size() {
    return fleet.length;
  }

  @Override
  public boolean eligible(int index) {
    return (eligible[index >> 6] & (1L << index)) != 0;
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
