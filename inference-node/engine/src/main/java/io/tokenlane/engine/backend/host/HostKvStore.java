package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values in float32 outside the heap, as {@code [layer][block][keys, values][kv
 * head][slot][element]}: a head's keys of a block are contiguous, and so is a block of a layer.
 */
public final class HostKvStore implements KvStore {
  private static final long CACHE_LINE = 64;

  private final Arena arena;
  private final MemorySegment memory;
  private final int layers;
  private final int blocks;
  private final int blockSize;
  private final int headDim;
  private final long headBytes;
  private final long halfBytes;
  private final long blockBytes;

  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the store
  HostKvStore(int layers, HeadShape shape, int blocks, int blockSize) {
    this.layers = layers;
    this.blocks = blocks;
    this.blockSize = blockSize;
    headDim = shape.headDim();
    headBytes = (long) blockSize * shape.headDim() * Float.BYTES;
    halfBytes = headBytes * shape.kvHeads();
    blockBytes = 2 * halfBytes;
    arena = Arena.ofShared();
    memory =
        arena.allocate(
            Math.multiplyExact(Math.multiplyExact(blockBytes, (long) blocks), (long) layers),
            CACHE_LINE);
  }

  /** The handle as what it is on this backend. */
  public static HostKvStore of(KvStore store) {
    return (HostKvStore) store;
  }

  /** All of it. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where a head's keys of a block begin, in bytes; {@link #blockSize()} slots follow. */
  public long keys(int layer, int block, int kvHead) {
    return ((long) layer * blocks + block) * blockBytes + kvHead * headBytes;
  }

  /** Where a head's values of a block begin, in bytes. */
  public long values(int layer, int block, int kvHead) {
    return keys(layer, block, kvHead) + halfBytes;
  }

  /** Writes the key at {@code values[at] ..} into a slot. */
  public void writeKey(int layer, int kvHead, int slot, float[] values, int at) {
    write(keys(layer, slot / blockSize, kvHead), slot, values, at);
  }

  /** Writes the value at {@code values[at] ..} into a slot. */
  public void writeValue(int layer, int kvHead, int slot, float[] values, int at) {
    write(values(layer, slot / blockSize, kvHead), slot, values, at);
  }

  private void write(long head, int slot, float[] values, int at) {
    long offset = head + (long) (slot % blockSize) * headDim * Float.BYTES;
    MemorySegment.copy(values, at, memory, ValueLayout.JAVA_FLOAT, offset, headDim);
  }

  @Override
  public int blocks() {
    return blocks;
  }

  @Override
  public int blockSize() {
    return blockSize;
  }

  @Override
  public long bytes() {
    return memory.byteSize();
  }

  @Override
  public void copyBlock(int from, int to) {
    for (int layer = 0; layer < layers; layer++) {
      MemorySegment.copy(memory, keys(layer, from, 0), memory, keys(layer, to, 0), blockBytes);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
