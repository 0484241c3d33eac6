package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;

/**
 * What a configuration comes to with a model.
 *
 * @param blocks blocks of the KV cache
 * @param blockSize token slots in a block
 * @param sharing whether blocks are shared
 * @param pinnable blocks that may be pinned
 * @param maxRunning most sequences in a step
 * @param maxTokens most tokens in a step
 * @param maxInFlight most generations, waiting ones included
 */
record Sizes(
    int blocks,
    int blockSize,
    boolean sharing,
    int pinnable,
    int maxRunning,
    int maxTokens,
    int maxInFlight) {

  static Sizes of(Model model, EngineConfig config) {
    KvConfig kv = config.kv();
    int blocks = kv.blocksFor(model, config.maxBatchSize());
    return new Sizes(
        blocks,
        kv.blockSizeFor(model),
        kv.shares(),
        kv.pinnableOf(model, blocks),
        config.maxBatchSize(),
        config.maxBatchTokens(),
        config.maxBatchSize() + config.queue().maxWaiting());
  }

  /** Token slots in the whole KV cache. */
  long kvTokens() {
    return (long) blocks * blockSize;
  }
}
