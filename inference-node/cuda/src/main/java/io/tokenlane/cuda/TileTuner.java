package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps for each kind of projection the tile that was fastest on this device. Kinds are tried when
 * they first come, in the step that has them, before it runs; until then, and for steps that are no
 * graphs, {@link Tile#of} chooses. Results do not depend on it.
 */
final class TileTuner implements Tile.Choice {
  private static final Logger LOG = System.getLogger(TileTuner.class.getName());
  private static final int ROUNDS = 3;

  /** Launches of a trial at most, and bytes of weights that are more than caches keep. */
  private static final int MOST = 8;

  private static final long ENOUGH_BYTES = 256L << 20;

  /** What a tile must take at most of the time that the one by rule takes, as clocks are noisy. */
  private static final double WORTH = 0.97;

  private final Driver driver;
  private final LaunchTimer timer;
  private final Map<Projection, Tile> fastest = new HashMap<>();

  TileTuner(Driver driver, KernelSet kernels) {
    this.driver = driver;
    timer = new LaunchTimer(driver, kernels, ROUNDS);
  }

  @Override
  public Tile of(Projection projection, DeviceFacts device) {
    Tile tried = isOfGraphs(projection) ? fastest.get(projection.kind()) : null;
    return tried == null ? Tile.of(projection, device) : tried;
  }

  /**
   * Tries kinds that are new. The rows must be those of the step that is about to run, from its
   * beginning: projections that are timed write what that step writes anew.
   *
   * @param projections those of the list, in order
   * @return whether there was one
   */
  boolean tune(LaunchList list, List<Projection> projections) {
    if (projections.stream().noneMatch(this::isUntried) || !list.beginsWith(Kernel.EMBED)) {
      return false;
    }
    List<Launch> launches = Launch.of(list).stream().filter(Launch::projects).toList();
    Map<Projection, List<Launch>> untried = new LinkedHashMap<>();
    for (int i = 0; i < launches.size(); i++) {
      if (isUntried(projections.get(i))) {
        untried.computeIfAbsent(projections.get(i), it -> new ArrayList<>()).add(launches.get(i));
      }
    }
    untried.forEach(
        (projection, some) -> fastest.put(projection.kind(), fastest(projection, some)));
    return true;
  }

  private boolean isUntried(Projection projection) {
    return isOfGraphs(projection) && !fastest.containsKey(projection.kind());
  }

  private static boolean isOfGraphs(Projection projection) {
    return projection.rows() <= Buckets.MOST;
  }

  private Tile fastest(Projection projection, List<Launch> launches) {
    List<Tile> candidates = Tile.candidates(projection, driver.device());
    Tile best = Tile.of(projection, driver.device());
    if (candidates.size() == 1) {
      return best;
    }
    List<Launch> some = enough(launches);
    double least = WORTH * microsIfAny(some, best, projection);
    if (Double.isInfinite(least)) {
      return best; // what cannot be timed now may well run, kernel by kernel
    }
    for (Tile tile : candidates) {
      double micros = microsIfAny(some, tile, projection);
      if (micros < least) {
        least = micros;
        best = tile;
      }
    }
    return best;
  }

  private static List<Launch> enough(List<Launch> launches) {
    long wanted = Math.ceilDiv(ENOUGH_BYTES, launches.getFirst().weightBytes());
    return launches.subList(0, Math.clamp(wanted, 1, Math.min(MOST, launches.size())));
  }

  /** A tile that this device refuses, or has no memory to time, is none to choose; infinite. */
  private double microsIfAny(List<Launch> launches, Tile tile, Projection projection) {
    try {
      return micros(launches, tile, projection);
    } catch (DriverException e) {
      LOG.log(
          Level.WARNING,
          "%s is not timed, so not chosen unless by rule: %s".formatted(tile, e.getMessage()));
      return Double.POSITIVE_INFINITY;
    }
  }

  private double micros(List<Launch> launches, Tile tile, Projection projection) {
    List<Launch> cut = launches.stream().map(it -> it.in(tile, projection.rows())).toList();
    return timer.micros(cut, 1);
  }
}
