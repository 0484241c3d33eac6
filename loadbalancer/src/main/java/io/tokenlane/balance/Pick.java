package io.tokenlane.balance;

import io.tokenlane.balance.strategy.Candidates;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One choice: the fleet at one moment, less the nodes not to ask. Reused by its thread. */
final class Pick implements Candidates {
  private static final double IN_FLIGHT_FACTOR = 2;
  private static final Member[] NONE = {};
  private static final Fleet NOBODY = new Fleet(PoolSettings.DEFAULT, () -> 0, bound -> 0);

  /** One for all pools: a pool's own would keep it alive as long as the thread. */
  private static final ThreadLocal<Pick> PICKS = ThreadLocal.withInitial(Pick::new);

  private Fleet shared = NOBODY;
  private Member[] fleet = NONE;
  private long[] eligible = {};
  private Demand demand = Demand.PLAIN;
  private long now;
  private double worstSlowness;
  private double stretch;
  private boolean limited;
  private boolean busy;
  private boolean slotted;

  /** Whether nodes that asked to be left alone are passed over, since another serves. */
  private boolean sparing;

  private Pick() {}

  /** This thread's, for a choice in a pool; to be let go with {@link #done}. */
  static Pick in(Fleet shared) {
    Pick pick = PICKS.get();
    pick.shared = shared;
    return pick;
  }

  /**
   * Settles which nodes may be chosen, for the whole of this pick: a node ejected by another thread
   * meanwhile stays eligible, so that a strategy that looks twice sees the same fleet. Where too
   * few serve, all are let in but those that drain. Nodes that asked to be left alone are let in
   * where no other serves.
   *
   * @return whether there is any
   */
  boolean settle(Member[] members, Demand call, long at) {
    limited = false;
    return settleAll(members, call, at);
  }

  /**
   * As above, but only nodes with a free slot for this gateway, and none slower than that. A node
   * of a slow model is held against those that have it too, not against the fleet.
   *
   * @param seenStretch as {@link Member#limit(double)}
   */
  boolean settleFree(Member[] members, Demand call, long at, double slowest, double seenStretch) {
    limited = true;
    worstSlowness = slowest * fastest(members, call, at);
    stretch = seenStretch;
    return settleAll(members, call, at);
  }

  private static double fastest(Member[] members, Demand call, long at) {
    if (call.unfit().isEmpty()) {
      return 1;
    }
    double fastest = Double.POSITIVE_INFINITY;
    for (Member member : members) {
      if (member.serves() && call.fits(member.node())) {
        fastest = Math.min(fastest, member.slowness(at));
      }
    }
    return Math.max(1, fastest);
  }

  private boolean settleAll(Member[] members, Demand call, long at) {
    fleet = members;
    demand = call;
    now = at;
    int words = (members.length + 63) / 64;
    if (eligible.length < words) {
      eligible = new long[words];
    } else {
      Arrays.fill(eligible, 0, words, 0);
    }
    busy = false;
    slotted = limited;
    sparing = shared.holds.any() && anyNotHeld();
    int serving = 0;
    boolean any = false;
    for (int i = 0; i < members.length; i++) {
      Member member = members[i];
      if (member.serves()) {
        serving++;
        busy |= member.inFlight() > 0;
        slotted = slotted && member.limit(stretch) > 0;
        any |= admit(i, member, !member.full(at) && !member.onProbation(at));
      }
    }
    boolean panic = shared.settings.panics(serving, members.length);
    return panic ? admitAll(false) : any || admitAll(true);
  }

  private boolean anyNotHeld() {
    for (Member member : fleet) {
      if (member.serves() && demand.mayGoTo(member.node()) && !held(member)) {
        return true;
      }
    }
    return false;
  }

  private boolean held(Member member) {
    return shared.holds.has(member.node(), now);
  }

  private boolean admitAll(boolean onlyServing) {
    boolean any = false;
    for (int i = 0; i < fleet.length; i++) {
      Member member = fleet[i];
      any |= admit(i, member, onlyServing ? member.serves() : !member.drains());
    }
    return any;
  }

  private boolean admit(int index, Member member, boolean wanted) {
    boolean admitted =
        wanted && demand.mayGoTo(member.node()) && !(sparing && held(member)) && free(member);
    if (admitted) {
      eligible[index >> 6] |= 1L << index;
    }
    return admitted;
  }

  private boolean free(Member member) {
    if (!limited) {
      return true;
    }
    int limit = member.limit(stretch);
    return (limit == 0 || member.inFlight() < limit)
        && member.slowness(now) <= worstSlowness
        && !member.onProbation(now);
  }

  /** Lets go of the pool, so that a reload's old members can be collected. */
  void done() {
    shared = NOBODY;
    fleet = NONE;
    demand = Demand.PLAIN;
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
  public long hash(int index) {
    return fleet[index].hash();
  }

  @Override
  public double weight(int index) {
    return fleet[index].weight(now);
  }

  @Override
  public double weightBeyondSpeed(int index) {
    return fleet[index].weightBeyondSpeed(now);
  }

  @Override
  public double ramp(int index) {
    return fleet[index].ramp(now);
  }

  @Override
  public int inFlight(int index) {
    return fleet[index].inFlight();
  }

  @Override
  public double load(int index) {
    Member member = fleet[index];
    return slotted
        ? (double) member.inFlight() / Math.max(1, member.limit(stretch))
        : IN_FLIGHT_FACTOR * member.inFlight();
  }

  @Override
  public double slowness(int index) {
    return fleet[index].slowness(now);
  }

  @Override
  public double hint(int index) {
    // With nothing in flight there are no queues to guess at: calls one by one go to all nodes.
    return busy ? fleet[index].hint(now) : 0;
  }

  @Override
  public double peakLatency(int index) {
    return fleet[index].peakNanos() / 1e9;
  }

  @Override
  public double successRate(int index) {
    return fleet[index].successRate(now);
  }

  @Override
  public long tokensAhead(int index) {
    return fleet[index].tokensAhead(now);
  }

  @Override
  public double prefillSlowness(int index) {
    return fleet[index].prefillSlowness(now);
  }

  @Override
  public double decodeSlowness(int index) {
    return fleet[index].decodeSlowness(now);
  }

  @Override
  public double energy(int index) {
    return fleet[index].energy(now);
  }

  @Override
  public double growth() {
    return shared.arrivals.growth();
  }

  @Override
  public @Nullable String key() {
    return demand.key();
  }

  @Override
  public long prefix() {
    return demand.prompt().prefix();
  }

  @Override
  public boolean someTellWhatTheyHave() {
    return demand.prompt().cached() != null;
  }

  @Override
  public double cachedShare(int index) {
    return demand.prompt().cachedShare(fleet[index].node().id());
  }

  @Override
  public int sharedTokens() {
    return demand.prompt().sharedTokens();
  }

  @Override
  public int ownTokens() {
    return demand.prompt().ownTokens();
  }

  @Override
  public double outputAsPrompt() {
    double prefill = shared.prefill.level().latencyNanos();
    double decode = shared.decode.level().latencyNanos();
    return prefill == 0 ? 0 : demand.prompt().outputTokens() * decode / prefill;
  }

  @Override
  public long turn() {
    return shared.turns.getAndIncrement();
  }

  @Override
  public int random(int bound) {
    return shared.random.applyAsInt(bound);
  }
}
