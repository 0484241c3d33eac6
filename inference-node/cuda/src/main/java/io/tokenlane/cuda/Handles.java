package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.tensor.DType;

/** What lives on the device, by address. */
final class Handles {
  private Handles() {}

  /** Activations. */
  record DeviceRows(long address, int maxRows, int width) implements Rows {}

  /** A norm's gain. */
  record DeviceNorm(long gain, int width, float epsilon) implements Norm {}

  /**
   * A matrix to apply to rows.
   *
   * @param weights panels of it
   * @param scales their scales; 0 unless the format has them
   * @param bias 0 for none
   * @param scale of all scales
   * @param paired whether each panel has eight outputs of the first half and those of the second
   */
  record DeviceLinear(
      Format format,
      long weights,
      long scales,
      long bias,
      int outputs,
      int inputs,
      float scale,
      boolean paired)
      implements Linear {}

  /** A matrix to take rows of, as the checkpoint has it. */
  record DeviceTable(long address, DType type, int outputs, int inputs) implements Linear {}

  /** A rotary embedding, and the rotations of a step's rows. */
  static final class DeviceRope implements Rope {
    final long frequencies;
    final int pairs;
    final boolean interleaved;
    final float magnitude;
    final DeviceMemory.Scratch turns;
    long preparedStep = -1;

    DeviceRope(
        long frequencies,
        int pairs,
        boolean interleaved,
        float magnitude,
        DeviceMemory.Scratch turns) {
      this.frequencies = frequencies;
      this.pairs = pairs;
      this.interleaved = interleaved;
      this.magnitude = magnitude;
      this.turns = turns;
    }
  }

  /** Keys and values as {@code [layer][slot][kv head][element]}, scales of bytes beside them. */
  static final class DeviceKvStore implements KvStore {
    final KvType type;
    final HeadShape shape;
    private final Driver driver;
    private final Runnable beforeCopy;
    private final int layers;
    private final int blocks;
    private final int blockSize;
    private final long layerBytes;
    private final long layerScaleBytes;
    private final DeviceMemory memory;
    private final long keys;
    private final long values;
    private final long keyScales;
    private final long valueScales;

    /**
     * @param beforeCopy enqueues what was asked for before a copy
     */
    DeviceKvStore(
        Driver driver,
        Runnable beforeCopy,
        int layers,
        HeadShape shape,
        int blocks,
        int blockSize,
        KvType type) {
      this.driver = driver;
      this.beforeCopy = beforeCopy;
      this.layers = layers;
      this.shape = shape;
      this.blocks = blocks;
      this.blockSize = blockSize;
      this.type = type;
      long slotHeads = (long) blocks * blockSize * shape.kvHeads();
      layerBytes = slotHeads * shape.headDim() * elementBytes(type);
      layerScaleBytes = type == KvType.INT8 ? slotHeads * Float.BYTES : 0;
      memory = new DeviceMemory(driver);
      try {
        keys = zeros(layerBytes);
        values = zeros(layerBytes);
        keyScales = zeros(layerScaleBytes);
        valueScales = zeros(layerScaleBytes);
      } catch (DriverException e) {
        memory.close(); // what there was room for
        throw e;
      }
    }

    private static int elementBytes(KvType type) {
      return switch (type) {
        case FLOAT32 -> Float.BYTES;
        case FLOAT16 -> Short.BYTES;
        case INT8 -> Byte.BYTES;
      };
    }

    private long zeros(long ofLayer) {
      if (ofLayer == 0) {
        return 0;
      }
      return memory.zeros(Math.multiplyExact(ofLayer, (long) layers));
    }

    long keys(int layer) {
      return keys + layer * layerBytes;
    }

    long values(int layer) {
      return values + layer * layerBytes;
    }

    long keyScales(int layer) {
      return keyScales + layer * layerScaleBytes;
    }

    long valueScales(int layer) {
      return valueScales + layer * layerScaleBytes;
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
      return 2L * layers * (layerBytes + layerScaleBytes);
    }

    @Override
    public void copyBlock(int from, int to) {
      beforeCopy.run();
      for (int layer = 0; layer < layers; layer++) {
        copy(keys(layer), layerBytes / blocks, from, to);
        copy(values(layer), layerBytes / blocks, from, to);
        if (layerScaleBytes > 0) {
          copy(keyScales(layer), layerScaleBytes / blocks, from, to);
          copy(valueScales(layer), layerScaleBytes / blocks, from, to);
        }
      }
    }

    private void copy(long base, long blockBytes, int from, int to) {
      driver.copy(base + to * blockBytes, base + from * blockBytes, blockBytes);
    }

    @Override
    public void close() {
      driver.use();
      beforeCopy.run();
      memory.close();
    }
  }
}
