package io.tokenlane.engine.kv;

/**
 * The hash of a full block and of all blocks before it: equal hashes mean equal prefixes, on any
 * node that runs the same block size, as nothing in it is drawn by chance.
 *
 * @param high its first 64 bits
 * @param low its last 64 bits
 */
public record BlockHash(long high, long low) {

  /** As 32 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
