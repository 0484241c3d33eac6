package io.tokenlane.gateway.energy;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.Ending;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.ToDoubleFunction;

/**
 * The energy of what nodes computed for this gateway: tokens times what one takes there, as each
 * node tells it. What a node takes while it is idle is in that only as far as it tells it so; a
 * node that tells nothing counts nothing.
 */
final class CallEnergy implements CallWatch {
  /** Who waits for an answer that somebody else asked for shares what was computed for that one. */
  private static final String OF_ANOTHER = "collapsed";

  private final ToDoubleFunction<String> joulesPerToken;
  private final DoubleAdder joules = new DoubleAdder();

  /**
   * @param joulesPerToken of a node by its id; 0 where it does not say
   */
  CallEnergy(ToDoubleFunction<String> joulesPerToken) {
    this.joulesPerToken = joulesPerToken;
  }

  /** Joules since the start. */
  double joules() {
    return joules.sum();
  }

  @Override
  public Attention attention() {
    return Attention.NONE;
  }

  @Override
  public void ended(Ending ending) {
    if (ending.cache().equals(OF_ANOTHER)) {
      return;
    }
    add(ending.trail());
  }

  @Override
  public void renewed(Trail fetch) {
    add(fetch);
  }

  private void add(Trail trail) {
    trail.node().ifPresent(node -> trail.usage().ifPresent(usage -> add(node, usage)));
  }

  /** What the node had read before costs nothing again. */
  private void add(String node, Usage usage) {
    long computed = Math.max(0L, usage.input() - usage.cached()) + usage.output();
    joules.add(computed * joulesPerToken.applyAsDouble(node));
  }
}
