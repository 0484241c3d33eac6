package io.tokenlane.engine.kv;

/**
 * A 128-bit hash of a token prefix, chained block by block: the hash of a block covers all blocks
 * before it, so equal hashes mean equal prefixes and not only equal blocks.
 *
 * <p>Two 64-bit lanes, each a multiply-xorshift chain over the tokens with its own odd multiplier
 * and Stafford's variant 13 as final mix (Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom
 * Number Generators"). It is not meant to withstand an adversary: {@link PrefixIndex} compares the
 * block's tokens too.
 */
final class PrefixHash {
  private static final long HIGH_MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final long LOW_MULTIPLIER = 0xD1B54A32D192ED03L;

  long high;
  long low;

  /** Starts an empty prefix. Prefixes of different salts never match. */
  void reset(CacheSalt salt) {
    high = mix(salt.high() + HIGH_MULTIPLIER);
    low = mix(salt.low() ^ LOW_MULTIPLIER);
  }

  void set(PrefixHash other) {
    high = other.high;
    low = other.low;
  }

  /** Appends the block {@code tokens[from .. from + count)}. */
  void append(int[] tokens, int from, int count) {
    long h = high;
    long l = low;
    for (int i = from; i < from + count; i++) {
      h = (h ^ tokens[i]) * HIGH_MULTIPLIER;
      h ^= h >>> 32;
      l = (l ^ tokens[i]) * LOW_MULTIPLIER;
      l ^= l >>> 29;
    }
    high = mix(h);
    low = mix(l);
  }

  /** Makes it that of a prefix whose last block is of another kind; never 0 changes it. */
  void mark(long kind) {
    high = mix(high ^ kind);
    low = mix(low + kind * LOW_MULTIPLIER);
  }

  BlockHash value() {
    return new BlockHash(high, low);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
