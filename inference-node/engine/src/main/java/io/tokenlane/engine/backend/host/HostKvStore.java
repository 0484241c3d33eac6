package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values in float32 outside the heap, as {@code [layer][block][keys, values][kv head]}: a
 * head's keys of a block are contiguous, and so is a block of a layer.
 *
 * <p>Values are {@code [slot][element]}. Keys are {@code [strip][element][slot of strip]}, in
 * strips of {@link #STRIP} slots, so that kernels score the slots of a strip side by side and need
 * no sums over lanes. A block that is no multiple of a strip takes the room of one.
 */
public final class HostKvStore implements KvStore {
  /** Slots whose keys are interleaved. */
  public static final int STRIP = 16;

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
    int room = Math.ceilDiv(blockSize, STRIP) * STRIP;
    headBytes = (long) room * shape.headDim() * Float.BYTES;
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

  /** Where a head's keys of a block begin, in bytes. */
  public long keys(int layer, int block, int kvHead) {
    return ((long) layer * blocks + block) * blockBytes + kvHead * headBytes;
  }

  /** Where a head's values of a block begin, in bytes. */
  public long values(int layer, int block, int kvHead) {
    return keys(layer, block, kvHead) + halfBytes;
  }

  /** Writes the key at {@code key[at] ..} into a slot. */
  public void writeKey(int layer, int kvHead, int slot, float[] key, int at) {
    int within = slot % blockSize;
    long to = keys(layer, slot / blockSize, kvHead) + keyOffset(within, 0);
    for (int i = 0; i < headDim; i++) {
      memory.set(ValueLayout.JAVA_FLOAT, to + (long) i * STRIP * Float.BYTES, key[at + i]);
    }
  }

  /** Writes the value at {@code value[at] ..} into a slot. */
  public void writeValue(int layer, int kvHead, int slot, float[] value, int at) {
    long head = values(layer, slot / blockSize, kvHead);
    long offset = head + (long) (slot % blockSize) * headDim * Float.BYTES;
    MemorySegment.copy(value, at, memory, ValueLayout.JAVA_FLOAT, offset, headDim);
  }

  /** Bytes from where a head's keys of a block begin to an element of the key in a slot. */
  public long keyOffset(int slotInBlock, int element) {
    long strip = (long) (slotInBlock / STRIP) * headDim * STRIP;
    return (strip + (long) element * STRIP + slotInBlock % STRIP) * Float.BYTES;
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
