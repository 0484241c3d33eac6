package io.tokenlane.balance;

import io.tokenlane.balance.strategy.RendezvousHash;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node in the fleet with all that is known about it; read by picks without locks. What every pick
 * reads lies in this object itself: with a thousand nodes each further object is a cache miss.
 */
final class Member {
  /** Answers that should have come by now but did not, before silence counts as slowness. */
  private static final double TOLERATED_SILENCE = 5;

  /** A report older than this says nothing. */
  private static final long REPORT_HOLDS_NANOS = 5_000_000_000L;

  private static final AtomicIntegerFieldUpdater<Member> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Member.class, "inFlight");
  private static final AtomicIntegerFieldUpdater<Member> ENDED =
      AtomicIntegerFieldUpdater.newUpdater(Member.class, "ended");
  private static final AtomicIntegerFieldUpdater<Member> WAITING =
      AtomicIntegerFieldUpdater.newUpdater(Member.class, "waiting");

  private final Fleet fleet;
  private volatile int inFlight;
  private volatile int ended;
  private volatile int waiting;
  private final AtomicLong pendingTokens = new AtomicLong();
  private final AtomicBoolean onTrial = new AtomicBoolean();
  private final Learned answers;
  private final Learned prefill;
  private final Learned decode;
  private final PeakPace peak = new PeakPace();
  private final Probation probation = new Probation();
  private final Overtaking overtaking = new Overtaking();
  private final long hash;
  private Reliability reliability = Reliability.PERFECT;
  private boolean tellsCached;
  private boolean gone;
  private volatile Condition condition;
  private volatile boolean serving;
  private volatile boolean ramping;
  private volatile boolean suspect;
  private volatile double weight;
  private volatile double beyondSpeed;
  private volatile double badShare;
  private volatile Node node;
  private volatile @Nullable Told told;
  private volatile long silentSince;

  Member(Node node, Fleet fleet, long now) {
    this.node = node;
    this.fleet = fleet;
    this.hash = RendezvousHash.hash(node.id());
    this.weight = node.weight();
    this.beyondSpeed = weight;
    double alpha = fleet.settings.alpha();
    this.answers = Learned.ofAnswers(fleet.answers, alpha);
    this.prefill = Learned.ofTokens(fleet.prefill, alpha);
    this.decode = Learned.ofTokens(fleet.decode, alpha);
    this.condition = Condition.up(now);
    this.serving = condition.stored().serves();
  }

  Node node() {
    return node;
  }

  long hash() {
    return hash;
  }

  /** New weight, limit or address under the same id. */
  void rename(Node renamed) {
    node = renamed;
    weight = renamed.weight();
    beyondSpeed = weight;
  }

  /**
   * Takes a slot.
   *
   * @param limit most slots this gateway may hold; 0 for any number
   * @return which call in flight it is; 0 where there was no slot
   */
  int open(int limit, int tokens, long now) {
    int before =
        limit > 0
            ? IN_FLIGHT.getAndUpdate(this, held -> held < limit ? held + 1 : held)
            : IN_FLIGHT.getAndIncrement(this);
    if (limit > 0 && before >= limit) {
      return 0;
    }
    if (suspect) {
      probation.sent(now);
    }
    pendingTokens.addAndGet(tokens);
    if (WAITING.getAndIncrement(this) == 0) {
      silentSince = now;
    }
    return before + 1;
  }

  /**
   * Calls that have ended, however; to be asked before {@link #open}, so that none counts twice.
   */
  int ended() {
    return ended;
  }

  /** A good answer began; for a node that was out this is the proof, however long the answer. */
  void answered(Opening opening, long now) {
    settled(opening, now);
    double took = now - opening.at();
    synchronized (this) {
      answeredWithin(took, now);
      if (fleet.settings.learnsSlots() && opening.tokens() == 0) {
        overtake(opening.place(), ended - opening.ended(), took);
      }
      become(condition.answered(opening.at(), now));
    }
  }

  private void overtake(int place, int before, double took) {
    double deviation = overtaking.sample(place, before, took, fleet.familiarLimit);
    fleet.overtaken(place, before, deviation);
  }

  private void answeredWithin(double latency, long now) {
    answers.sample(latency, now);
    fleet.foretold.sample(weight, latency);
    beyondSpeed = fleet.foretold.beyond(weight);
    peak.sample(latency, now);
  }

  /**
   * A prompt was computed. Its tokens are those that the node did not have; what it says of them
   * counts once it has told of cached ones, be it that there are none.
   *
   * @param prompt 0 if the node did not say
   * @param cached {@link Lease#UNTOLD} if it did not say
   */
  synchronized void prefilled(Opening opening, double firstTokenNanos, int prompt, int cached) {
    tellsCached |= cached != Lease.UNTOLD;
    long ahead = opening.computed(prompt, cached, tellsCached);
    if (fleet.telling(ahead)) {
      prefill.sample(firstTokenNanos * 1e3 / Math.max(1, ahead), fleet.clock.getAsLong());
    }
  }

  /**
   * A good answer came whole, so its time is to be parted between its first token and the others.
   *
   * @return nanoseconds of its first token; 0 where nothing can be said
   */
  double answeredInOnePiece(Opening opening, int tokens, long now) {
    settled(opening, now);
    double took = (double) (now - opening.at());
    synchronized (this) {
      double others = decode.expectedNanos() / 1e3 * (tokens - 1);
      double ofFirst = tokens == 1 ? took : Parted.first(took, answers.expectedNanos(), others);
      if (ofFirst > 0) {
        answeredWithin(ofFirst, now);
      }
      if (tokens > 1) {
        decode.sample((took - ofFirst) / (tokens - 1) * 1e3, now);
      }
      become(condition.answered(opening.at(), now));
      return ofFirst;
    }
  }

  /** An answer began, or the lease ended before. */
  void settled(Opening opening, long now) {
    probation.over(opening.at());
    WAITING.decrementAndGet(this);
    pendingTokens.addAndGet(-opening.tokens());
    silentSince = now;
    if (opening.trial()) {
      onTrial.set(false);
    }
  }

  void closed(Opening opening, long now) {
    IN_FLIGHT.decrementAndGet(this);
    ENDED.incrementAndGet(this);
    fleet.held(now - opening.at());
    fleet.onFreed.run();
  }

  synchronized void produced(int tokens, long nanos, long now) {
    decode.sample((double) nanos / tokens * 1e3, now);
  }

  synchronized void succeeded(long acquiredAt, long now) {
    learn(true, now);
    become(condition.succeeded(acquiredAt, now, fleet.settings));
  }

  synchronized void failed(String why, long acquiredAt, long now) {
    learn(false, now);
    Condition before = condition;
    boolean ripe = !gone && before.ripe(acquiredAt, now, fleet.settings);
    boolean eject = ripe && (before.stored() == NodeState.EJECTED || fleet.mayEject());
    become(eject ? before.ejected(why, now, fleet.settings) : before.failed(why, now));
  }

  private void learn(boolean good, long now) {
    reliability = reliability.with(good, now);
    badShare = 1 - reliability.at(now);
  }

  void reportHealth(boolean healthy, String detail, long now) {
    change(c -> healthy ? c.foundWell(now) : c.foundIll(detail, now));
  }

  void drain(long now) {
    change(c -> c.draining(now));
  }

  void readmit(long now) {
    change(c -> c.readmitted(now));
  }

  synchronized void left() {
    gone = true;
    become(Condition.up(0));
  }

  private void change(UnaryOperator<Condition> change) {
    synchronized (this) {
      become(change.apply(condition));
    }
    fleet.onFreed.run();
  }

  private void become(Condition next) {
    Condition before = condition;
    condition = next;
    serving = next.stored().serves();
    ramping = next.stored() == NodeState.RAMPING;
    suspect = next.suspect();
    if (before.stored() != next.stored()) {
      if (before.stored() == NodeState.EJECTED) {
        fleet.ejected.decrementAndGet();
      }
      fleet.onChange.accept(node, next.stored());
    }
  }

  private record Told(NodeReport report, long at) {}

  void report(NodeReport said, long now) {
    told = new Told(said, now);
  }

  /** Null where the last report is too old. */
  private @Nullable NodeReport report(long now) {
    Told last = told;
    return last != null && now - last.at() < REPORT_HOLDS_NANOS ? last.report() : null;
  }

  /** Takes the one trial call, if the node is due for it and nobody else has it. */
  boolean takeTrial(long now) {
    return state(now) == NodeState.TRIAL && onTrial.compareAndSet(false, true);
  }

  NodeState state(long now) {
    return condition.state(now, fleet.settings);
  }

  boolean serves() {
    return serving;
  }

  /** Whether its last call failed, and one more is to show how it is. */
  boolean onProbation(long now) {
    return suspect && probation.pending(now, fleet.settings);
  }

  boolean drains() {
    return condition.stored() == NodeState.DRAINING;
  }

  /** Whether the node asks for no more calls. */
  boolean full(long now) {
    NodeReport said = report(now);
    return said != null && said.full();
  }

  /** This gateway's part of the node's slots; 0 where nobody told how many there are. */
  int limit() {
    int configured = node.limit();
    Told last = told;
    int said = last == null ? 0 : last.report().slots();
    int slots = configured > 0 ? configured : said;
    return slots == 0 ? 0 : fleet.settings.share(slots);
  }

  /**
   * The same; where nobody told, as many calls as the node was seen to serve at once, or as is
   * presumed of it; 0 where that is known of too few nodes.
   *
   * @param stretch part by which a limit that was not told may be exceeded, rounded up; infinite:
   *     it says nothing
   */
  int limit(double stretch) {
    int known = limit();
    int presumed = fleet.presumedLimit;
    boolean seen = known == 0 && presumed > 0 && stretch < Double.POSITIVE_INFINITY;
    return seen ? overtaking.limit(presumed, stretch) : known;
  }

  /** As many calls as it was seen to serve at once; 0 where that is not sure. */
  int limitSeen() {
    return overtaking.limit();
  }

  int inFlight() {
    return inFlight;
  }

  /** The weight less what latencies say already, times the ramp. */
  double weightBeyondSpeed(long now) {
    return ramping ? beyondSpeed * condition.share(now, fleet.settings) : beyondSpeed;
  }

  double weight(long now) {
    return ramping ? weight * condition.share(now, fleet.settings) : weight;
  }

  double ramp(long now) {
    return ramping ? condition.share(now, fleet.settings) : 1;
  }

  double successRate(long now) {
    return badShare == 0 ? 1 : reliability.at(now);
  }

  double slowness(long now) {
    double known = answers.slowness(now);
    return waiting <= 0 ? known : known * silence(now);
  }

  double hint(long now) {
    return answers.hint(now);
  }

  double prefillSlowness(long now) {
    return prefill.slowness(now);
  }

  double decodeSlowness(long now) {
    return decode.slowness(now);
  }

  double peakNanos() {
    return peak.nanos();
  }

  /** How many of the answers expected since the last sign of life are missing, tolerance off. */
  private double silence(long now) {
    double expected = answers.expectedNanos();
    double missing = expected > 0 ? waiting * (now - silentSince) / expected : 0;
    return Math.max(1, missing / TOLERATED_SILENCE);
  }

  /** Prompt tokens in front of a new call: what this gateway knows or what the node says. */
  long tokensAhead(long now) {
    NodeReport said = report(now);
    long own = Math.max(0, pendingTokens.get());
    return said == null ? own : Math.max(own, said.queuedTokens());
  }

  double energy(long now) {
    NodeReport said = report(now);
    return said == null ? 1 : said.energyPerToken();
  }

  NodeSnapshot snapshot(long now) {
    Condition current = condition;
    double latency = answers.expectedNanos();
    return new NodeSnapshot(
        node,
        current.state(now, fleet.settings),
        inFlight,
        limit(0),
        latency > 0 ? Optional.of(Duration.ofNanos((long) latency)) : Optional.empty(),
        slowness(now),
        successRate(now),
        Duration.ofNanos(now - current.enteredAt(now, fleet.settings)),
        current.lastFailure());
  }
}
