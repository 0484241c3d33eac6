package io.tokenlane.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * One measured figure.
 *
 * @param id what was measured, unique in its benchmark
 * @param value the median; null if it could not be measured, and then {@code why} says so
 * @param unit the unit of value and goal
 * @param goal the value to reach; null if there is none
 * @param better which direction is better
 * @param peer what it is compared with, in the same run
 * @param why why there is no value
 */
public record Row(
    String id,
    @Nullable Double value,
    String unit,
    @Nullable Double goal,
    Better better,
    @Nullable Peer peer,
    @Nullable String why) {

  /** What is no number was not measured. */
  public Row {
    if (value != null && !Double.isFinite(value)) {
      value = null;
      why = "no number came of it";
    }
    if (peer != null && !Double.isFinite(peer.value())) {
      peer = null;
    }
    if (goal != null && !Double.isFinite(goal)) {
      goal = null;
    }
  }

  /** Which direction of a value is better. */
  public enum Better {
    HIGHER,
    LOWER
  }

  /**
   * The same figure of something else.
   *
   * @param name what it is
   * @param value its figure, in the row's unit
   */
  public record Peer(String name, double value) {}

  /** A figure with neither goal nor peer. */
  public static Row of(String id, double value, String unit, Better better) {
    return new Row(id, value, unit, null, better, null, null);
  }

  /** A figure that could not be measured. */
  public static Row missing(String id, String unit, String why) {
    return new Row(id, null, unit, null, Better.HIGHER, null, why);
  }

  /** The same figure with a goal. */
  public Row withGoal(double wanted) {
    return new Row(id, value, unit, wanted, better, peer, why);
  }

  /** The same figure beside a peer's. */
  public Row withPeer(String name, double other) {
    return new Row(id, value, unit, goal, better, new Peer(name, other), why);
  }

  /** Whether the goal was reached; null without a goal or a value. */
  public @Nullable Boolean met() {
    if (value == null || goal == null) {
      return null;
    }
    return better == Better.HIGHER ? value >= goal : value <= goal;
  }
}
