package io.tokenlane.engine.kv;

import org.jspecify.annotations.Nullable;

/** Hears which prefixes the cache can find; called by the pool's thread, so it must be quick. */
public interface BlockListener {
  /** Hears nothing. */
  BlockListener NONE =
      new BlockListener() {
        @Override
        public void stored(BlockHash hash, @Nullable BlockHash parent) {}

        @Override
        public void evicted(BlockHash hash) {}
      };

  /**
   * A block can be found from now on.
   *
   * @param parent the block before it; null if it is the first of its prefix
   */
  void stored(BlockHash hash, @Nullable BlockHash parent);

  /** A block is not found any more. */
  void evicted(BlockHash hash);
}
