package io.tokenlane.bench.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** How fast this machine reads memory: sums over memory far larger than its caches. */
final class MemoryRead {
  private static final long BYTES = 768L << 20;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final long STEP = LONGS.vectorByteSize();
  private static final int ROUNDS = 7;

  private MemoryRead() {}

  /** Bytes per second over so many threads together: the best of some rounds. */
  static double bytesPerSecond(int threads) {
    double best = 0;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(BYTES, 4096);
      memory.fill((byte) 1);
      long part = BYTES / threads / (4 * STEP) * (4 * STEP);
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        long sum =
            IntStream.range(0, threads)
                .parallel()
                .mapToLong(i -> sum(memory.asSlice(i * part, part)))
                .sum();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (sum != threads * part / Long.BYTES * 0x0101010101010101L) {
          throw new IllegalStateException("memory: not what was written");
        }
        best = Math.max(best, threads * part / seconds);
      }
    }
    return best;
  }

  private static long sum(MemorySegment memory) {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    ByteOrder order = ByteOrder.nativeOrder();
    for (long at = 0; at < memory.byteSize(); at += 4 * STEP) {
      a = a.add(LongVector.fromMemorySegment(LONGS, memory, at, order));
      b = b.add(LongVector.fromMemorySegment(LONGS, memory, at + STEP, order));
      c = c.add(LongVector.fromMemorySegment(LONGS, memory, at + 2 * STEP, order));
      d = d.add(LongVector.fromMemorySegment(LONGS, memory, at + 3 * STEP, order));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
