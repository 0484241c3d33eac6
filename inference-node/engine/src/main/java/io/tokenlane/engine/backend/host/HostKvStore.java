package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.tensor.SystemMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values outside the heap, resident as far as blocks were ever used, as {@code
 * [layer][block][keys, values][kv head]}: a head's keys of a block are contiguous, and so is a
 * block of a layer.
 *
 * <p>Values are {@code [slot][element]}. Keys are {@code [strip][element][slot of strip]}, in
 * strips of {@link #STRIP} slots, so that kernels score the slots of a strip side by side and need
 * no sums over lanes. A block that is no multiple of a strip takes the room of one. Behind 8-bit
 * keys, and values, of a head stand the scales of its slots.
 */
public final class HostKvStore implements KvStore {
  /** Slots whose keys are interleaved. */
  public static final int STRIP = 16;

  private final Arena arena;
  private final MemorySegment memory;
  private final int layers;
  private final int blocks;
  private final int blockSize;
  private final int headDim;
  private final long headBytes;
  private final long halfBytes;
  private final long blockBytes;
  private final KvType type;
  private final int elementBytes;
  private final long scalesAt;

  /** A key or a value in bytes, before it is written; one thread writes. */
  private final byte[] rounded;

  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the store
  HostKvStore(int layers, HeadShape shape, int blocks, int blockSize, KvType type) {
    this.type = type;
    elementBytes = type == KvType.INT8 ? Byte.BYTES : Float.BYTES;
    this.layers = layers;
    this.blocks = blocks;
    this.blockSize = blockSize;
    headDim = shape.headDim();
    rounded = new byte[headDim];
    int room = Math.ceilDiv(blockSize, STRIP) * STRIP;
    scalesAt = (long) room * headDim * elementBytes;
    headBytes = (long) room * type.bytes(headDim);
    halfBytes = headBytes * shape.kvHeads();
    blockBytes = 2 * halfBytes;
    arena = Arena.ofShared();
    memory =
        SystemMemory.zeros(
            Math.multiplyExact(Math.multiplyExact(blockBytes, (long) blocks), (long) layers),
            false,
            arena);
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

  /** How numbers are kept. */
  public KvType type() {
    return type;
  }

  /** Writes the key at {@code key[at] ..} into a slot. */
  public void writeKey(int layer, int kvHead, int slot, float[] key, int at) {
    long head = keys(layer, slot / blockSize, kvHead);
    int within = slot % blockSize;
    long to = head + keyOffset(within, 0);
    if (type == KvType.FLOAT32) {
      for (int i = 0; i < headDim; i++) {
        memory.set(ValueLayout.JAVA_FLOAT, to + (long) i * STRIP * Float.BYTES, key[at + i]);
      }
      return;
    }
    round(key, at, scaled(head, within, key, at));
    for (int i = 0; i < headDim; i++) {
      memory.set(ValueLayout.JAVA_BYTE, to + (long) i * STRIP, rounded[i]);
    }
  }

  /** Writes the value at {@code value[at] ..} into a slot. */
  public void writeValue(int layer, int kvHead, int slot, float[] value, int at) {
    long head = values(layer, slot / blockSize, kvHead);
    int within = slot % blockSize;
    if (type == KvType.FLOAT32) {
      MemorySegment.copy(
          value, at, memory, ValueLayout.JAVA_FLOAT, head + valueOffset(within, 0), headDim);
      return;
    }
    round(value, at, scaled(head, within, value, at));
    long to = head + valueOffset(within, 0);
    MemorySegment.copy(rounded, 0, memory, ValueLayout.JAVA_BYTE, to, headDim);
  }

  private void round(float[] numbers, int at, float inverse) {
    for (int i = 0; i < headDim; i++) {
      rounded[i] = (byte) Math.round(numbers[at + i] * inverse);
    }
  }

  /** Bytes from where a head's keys of a block begin to an element of the key in a slot. */
  public long keyOffset(int slotInBlock, int element) {
    long strip = (long) (slotInBlock / STRIP) * headDim * STRIP;
    return (strip + (long) element * STRIP + slotInBlock % STRIP) * elementBytes;
  }

  /** Bytes from where a head's values of a block begin to an element of the value in a slot. */
  public long valueOffset(int slotInBlock, int element) {
    return ((long) slotInBlock * headDim + element) * elementBytes;
  }

  /** Bytes from where a head's 8-bit keys, or values, of a block begin to the scale of a slot. */
  public long scaleOffset(int slotInBlock) {
    return scalesAt + (long) slotInBlock * Float.BYTES;
  }

  /**
   * A number as it was written.
   *
   * @param head where the head's keys, or values, of the block begin
   * @param offset of the element in there
   */
  public float read(long head, long offset, int slotInBlock) {
    return type == KvType.FLOAT32
        ? memory.get(ValueLayout.JAVA_FLOAT, head + offset)
        : memory.get(ValueLayout.JAVA_BYTE, head + offset) * scale(head, slotInBlock);
  }

  /** The scale of a slot of 8-bit keys, or values. */
  public float scale(long head, int slotInBlock) {
    return memory.get(ValueLayout.JAVA_FLOAT, head + scaleOffset(slotInBlock));
  }

  /** Writes the scale of the numbers and gives its inverse; 0 where all are 0. */
  private float scaled(long head, int slotInBlock, float[] numbers, int at) {
    int bits = 0; // in the order of magnitudes, and compared by vectors
    for (int i = at; i < at + headDim; i++) {
      bits = Math.max(bits, Float.floatToRawIntBits(numbers[i]) & Integer.MAX_VALUE);
    }
    float largest = Float.intBitsToFloat(bits);
    memory.set(ValueLayout.JAVA_FLOAT, head + scaleOffset(slotInBlock), largest / Byte.MAX_VALUE);
    // Numbers so small that their inverse overflows are as good as zero.
    float inverse = Byte.MAX_VALUE / largest;
    return inverse <= Float.MAX_VALUE ? inverse : 0;
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
