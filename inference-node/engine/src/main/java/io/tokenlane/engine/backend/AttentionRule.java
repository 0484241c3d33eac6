package io.tokenlane.engine.backend;

/**
 * How a layer scores keys: {@code cap(scale * q·k)}, where {@code cap(x) = softCap * tanh(x /
 * softCap)} (Gemma Team 2024, section 2), over the last {@code window} positions.
 *
 * @param scale multiplies the products of queries and keys
 * @param softCap bound of the scores; 0 for none
 * @param window positions that a row looks back over, its own among them; 0 for all
 */
public record AttentionRule(float scale, float softCap, int window) {

  /** Scores scaled by {@code 1 / √headDim}, over all positions. */
  public static AttentionRule full(HeadShape shape) {
    return new AttentionRule((float) (1 / Math.sqrt(shape.headDim())), 0, 0);
  }

  /** The first position that a row at this position looks at. */
  public int first(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }
}
