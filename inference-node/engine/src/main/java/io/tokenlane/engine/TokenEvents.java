package io.tokenlane.engine;

import io.tokenlane.engine.sample.Draw;
import org.jspecify.annotations.Nullable;

/**
 * Events of drawn tokens. Those without log probabilities are the same for all: one for each id.
 */
final class TokenEvents {
  private final GenerationEvent.@Nullable Token[] plain;

  /**
   * @param tokens ids that may be drawn are below this
   */
  TokenEvents(int tokens) {
    plain = new GenerationEvent.Token[tokens];
  }

  /** A token's event. */
  GenerationEvent.Token of(Draw.Token token) {
    boolean scored = !Float.isNaN(token.logprob()) || token.topIds().length > 0;
    if (scored) {
      return event(token);
    }
    GenerationEvent.Token known = plain[token.id()];
    if (known == null) {
      known = event(token);
      plain[token.id()] = known;
    }
    return known;
  }

  private static GenerationEvent.Token event(Draw.Token token) {
    return new GenerationEvent.Token(
        token.id(), token.logprob(), token.topIds(), token.topLogprobs());
  }
}
