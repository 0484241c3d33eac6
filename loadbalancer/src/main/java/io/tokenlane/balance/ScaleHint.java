package io.tokenlane.balance;

/**
 * What is to be expected, for whoever starts and stops nodes.
 *
 * @param callsPerSecond arrivals now, smoothed
 * @param callsPerSecondSoon forecast of {@link ArrivalForecast} for {@value #SOON_SECONDS} s from
 *     now
 * @param busySlots slots that calls take at that rate, by Little's law: rate · mean time on a node
 * @param nodes nodes of the fleet's mean size that have these slots at {@value #UTILISATION} of
 *     their capacity; 0 where some node does not tell its slots
 */
public record ScaleHint(
    double callsPerSecond, double callsPerSecondSoon, double busySlots, int nodes) {
  /** About the time a node takes to start. */
  public static final int SOON_SECONDS = 60;

  /** Above this share of the slots waits grow quickly. */
  public static final double UTILISATION = 0.7;

  static ScaleHint of(ArrivalForecast forecast, double secondsOnNode, double slotsPerNode) {
    double soon = forecast.rateIn(SOON_SECONDS);
    double busy = soon * secondsOnNode;
    int nodes =
        slotsPerNode == 0 ? 0 : Math.max(1, (int) Math.ceil(busy / (UTILISATION * slotsPerNode)));
    return new ScaleHint(forecast.rate(), soon, busy, nodes);
  }
}
