package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockHash;
import java.util.List;

/**
 * All blocks that can be found, at one moment.
 *
 * @param last number of the last event that it includes; 0 if there was none
 * @param hashes in no order
 */
public record KvSnapshot(long last, List<BlockHash> hashes) {

  public KvSnapshot {
    hashes = List.copyOf(hashes);
  }
}
