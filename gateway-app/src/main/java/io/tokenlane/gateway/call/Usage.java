package io.tokenlane.gateway.call;

/**
 * What a model call cost.
 *
 * @param input tokens read, ≥ 0
 * @param cached those of them that the node had read before, ≥ 0
 * @param output tokens written, reasoning included, ≥ 0
 * @param exact true where the node said so; false where the call ended before it could, and this is
 *     an estimate
 * @param cachedTold whether the node said how many it had read before, none included
 */
public record Usage(int input, int cached, int output, boolean exact, boolean cachedTold) {
  /** Where a node that had read none before does not say so. */
  public Usage(int input, int cached, int output, boolean exact) {
    this(input, cached, output, exact, cached > 0);
  }
}
