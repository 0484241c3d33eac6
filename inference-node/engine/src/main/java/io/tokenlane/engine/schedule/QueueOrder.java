package io.tokenlane.engine.schedule;

import java.util.Comparator;

/**
 * In which order sequences are given tokens.
 *
 * <p>Ageing needs no clock and no re-sorting: it is a head start. A level of priority counts as
 * having arrived {@code ageingNanos} earlier, and, under {@link Rule#SHORTEST_PREFILL}, each token
 * still to compute as having arrived {@code tokenNanos} later. As all wait at the same pace, the
 * order of two sequences never changes while they wait; and as head starts are bounded, only those
 * that arrive within a bounded time can pass a waiting sequence: nothing starves.
 *
 * @param rule what counts besides arrival
 * @param ageingNanos head start of one level of priority, 0 to 10^15 ns; 0 is no ageing: a higher
 *     priority goes first however long the others have waited
 * @param tokenNanos delay of one token still to compute, 0 to 10^12 ns
 */
public record QueueOrder(Rule rule, long ageingNanos, long tokenNanos) {
  /** Strictly by arrival. */
  public static final QueueOrder ARRIVAL = new QueueOrder(Rule.ARRIVAL, 0, 0);

  /** Ten seconds a level of priority, and five milliseconds a token where tokens count. */
  public static final QueueOrder PRIORITY =
      new QueueOrder(Rule.PRIORITY, 10_000_000_000L, 5_000_000L);

  private static final long MOST_AGEING = 1_000_000_000_000_000L;
  private static final long MOST_TOKEN = 1_000_000_000_000L;

  /** Refuses values out of range with a message that names the field. */
  public QueueOrder {
    require("ageing", ageingNanos, MOST_AGEING);
    require("prefill_token_delay", tokenNanos, MOST_TOKEN);
  }

  /** First come, first served. */
  static Comparator<Sequence> byArrival() {
    return Comparator.comparingLong(Sequence::arrival);
  }

  /** Who keeps its blocks longest: the highest priority, then the earliest arrival. */
  Comparator<Sequence> keeping() {
    return rule == Rule.ARRIVAL
        ? byArrival()
        : Comparator.comparingInt(Sequence::priority).reversed().thenComparing(byArrival());
  }

  /** Who is given tokens first. */
  Comparator<Sequence> serving() {
    if (rule == Rule.ARRIVAL) {
      return byArrival();
    }
    Comparator<Sequence> virtual =
        Comparator.comparingLong(this::virtualArrival).thenComparing(byArrival());
    return ageingNanos > 0
        ? virtual
        : Comparator.comparingInt(Sequence::priority).reversed().thenComparing(virtual);
  }

  private long virtualArrival(Sequence sequence) {
    long delay = rule == Rule.SHORTEST_PREFILL ? sequence.remaining() * tokenNanos : 0;
    return sequence.arrivedNanos() - sequence.priority() * ageingNanos + delay;
  }

  private static void require(String name, long value, long most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          "%s: %d ns (expected: 0 to %d)".formatted(name, value, most));
    }
  }

  /** What counts. */
  public enum Rule {
    /** Arrival only. */
    ARRIVAL,
    /** Priority, then arrival. */
    PRIORITY,
    /** Priority, then how little is left to compute, then arrival. */
    SHORTEST_PREFILL
  }
}
