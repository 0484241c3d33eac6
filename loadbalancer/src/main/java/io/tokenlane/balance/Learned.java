package io.tokenlane.balance;

/**
 * A pace on a member: written under the member's lock, read by picks without one. The parts are
 * volatile by themselves; a pick that reads across a change sees a mixture of two estimates, which
 * is as good as either.
 */
final class Learned {
  private static final double HINT_FADES_NANOS = 1e9;
  private static final double ANSWERS_FADE_NANOS = 10e9;

  /** Speeds stay longer than queues, and a slow node still gets calls that disprove it. */
  private static final double SPEEDS_FADE_NANOS = 600e9;

  /** A latency says less of a node's speed than a time per token, of which fewer are enough. */
  private static final double ANSWERS_SPEED_PART = 0.1;

  private static final double TOKENS_SPEED_PART = 0.3;

  private final FleetPace fleet;
  private final double fadesNanos;
  private final double alpha;
  private final double beta;
  private Pace pace = Pace.UNKNOWN;
  private volatile double slowness = 1;
  private volatile double hint;
  private volatile double latencyNanos;
  private volatile long sampledAt;

  private Learned(FleetPace fleet, double fadesNanos, double alpha, double beta) {
    this.fleet = fleet;
    this.fadesNanos = fadesNanos;
    this.alpha = alpha;
    this.beta = beta;
  }

  /**
   * Of times until an answer begins.
   *
   * @param alpha part that one sample has in what tells of changes; 0 exclusive to 1
   */
  static Learned ofAnswers(FleetPace fleet, double alpha) {
    return new Learned(fleet, ANSWERS_FADE_NANOS, alpha, ANSWERS_SPEED_PART * alpha);
  }

  /** Of times per token; else the same. */
  static Learned ofTokens(FleetPace fleet, double alpha) {
    return new Learned(fleet, SPEEDS_FADE_NANOS, alpha, TOKENS_SPEED_PART * alpha);
  }

  /** Only under the member's lock. */
  void sample(double nanos, long now) {
    Pace next = pace.with(nanos, fleet.level(), alpha, beta);
    fleet.learn(nanos, next.offset());
    pace = next;
    sampledAt = now;
    slowness = next.slowness();
    hint = next.hint();
    latencyNanos = next.latencyNanos();
  }

  /** How many times slower than the fleet, as far as that is sure and not long ago. */
  double slowness(long now) {
    double sampled = slowness;
    if (sampled == 1) {
      return 1;
    }
    double fresh = 1 - (now - sampledAt) / fadesNanos;
    return fresh <= 0 ? 1 : 1 + (sampled - 1) * Math.min(1, fresh);
  }

  /** Below 0 where the node answered well a moment ago; 0 where nothing is known. */
  double hint(long now) {
    double sampled = hint;
    double age = (now - sampledAt) / HINT_FADES_NANOS;
    return sampled == 0 ? 0 : sampled / (1 + Math.max(0, age * (1 + age)));
  }

  /** The node's own smoothed value; the fleet's where the node is unseen, 0 where that is too. */
  double expectedNanos() {
    double own = latencyNanos;
    return own > 0 ? own : fleet.level().latencyNanos();
  }
}
