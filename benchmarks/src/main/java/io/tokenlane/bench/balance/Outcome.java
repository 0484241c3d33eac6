package io.tokenlane.bench.balance;

/**
 * What came out of a plan.
 *
 * @param waitP99 milliseconds from arrival to the answer less the time of service: queues, failed
 *     attempts and the pauses of a node
 * @param busiest mean over windows of 100 ms of the busiest node's arrivals relative to an even
 *     share
 * @param errors share of calls that failed in the end
 * @param backAfter seconds from a killed node's return to its first call; NaN if it never was
 * @param firstShare share of the calls sent to the first node
 */
record Outcome(
    double waitP50,
    double waitP99,
    double latencyP50,
    double latencyP99,
    double busiest,
    double errors,
    double backAfter,
    double firstShare) {
  /** Where nothing was run. */
  static final Outcome NONE =
      new Outcome(
          Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);
}
