package io.tokenlane.node.openai;

import io.tokenlane.engine.EngineStats;
import io.tokenlane.node.energy.EnergyPerToken;
import io.tokenlane.node.load.LoadedModel;

/** Tells how busy a model is, and what a token takes. */
final class Load {
  private final EnergyPerToken energy;
  private final NodeMeters meters;

  Load(EnergyPerToken energy, NodeMeters meters) {
    this.energy = energy;
    this.meters = meters;
  }

  LoadReport of(LoadedModel model) {
    EngineStats stats = model.engine().stats();
    return LoadReport.of(stats, energy.at(tokens(stats)), meters.thinking());
  }

  /** Tokens that were computed since the start, in prompts and answers. */
  static long tokens(EngineStats stats) {
    long taken = stats.prefixHits() + stats.forkedTokens();
    return stats.promptTokens() - taken + stats.generatedTokens();
  }
}
