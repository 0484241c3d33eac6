package io.tokenlane.engine;

import io.tokenlane.engine.run.Effort;
import io.tokenlane.engine.run.Pace;
import io.tokenlane.engine.run.Pace.Drafting;
import io.tokenlane.engine.run.Pace.Filter;

/** How generations are had for less, as the runner takes it. */
final class Paces {
  private final int layers;

  /**
   * @param layers layers of the model
   */
  Paces(int layers) {
    this.layers = layers;
  }

  Pace of(ActiveGeneration generation) {
    EarlyExit exit = generation.request.earlyExit();
    Effort effort = generation.effort();
    return switch (exit.mode()) {
      case OFF -> new Pace(null, null, effort);
      case THRESHOLD -> new Pace(exit.rule(layers), new Drafting(0, 1, filter(generation)), effort);
      case EXACT ->
          new Pace(
              null, new Drafting(exit.minLayer(), exit.threshold(), filter(generation)), effort);
    };
  }

  private static Filter filter(ActiveGeneration generation) {
    Steering steering = generation.steering();
    return steering == null ? Filter.ALL : steering::usefulDrafts;
  }
}
