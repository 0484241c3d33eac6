package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Packs matrices on all processors, some panels at a time, and copies them to the device. */
final class MatrixUpload {
  private static final long PIECE = 64L << 20;

  private final Driver driver;
  private final DeviceMemory memory;
  private final boolean int8;
  private final @Nullable RandomFill random;
  private long weightBytes;

  /**
   * @param int8 whether matrices of floats become bytes
   * @param random makes the weights up; null to pack those that are given
   */
  MatrixUpload(Driver driver, DeviceMemory memory, boolean int8, @Nullable RandomFill random) {
    this.driver = driver;
    this.memory = memory;
    this.int8 = int8;
    this.random = random;
  }

  /** Bytes of all matrices and their scales so far. */
  long weightBytes() {
    return weightBytes;
  }

  /**
   * Uploads a matrix.
   *
   * @param pairs whether its first half gates its second
   */
  DeviceLinear upload(HostLinear plain, boolean pairs) {
    Format format = WeightPacker.formatOf(plain, int8);
    float scale = format == Format.INT8 ? WeightPacker.scaleOf(plain) : 1;
    int outputs = plain.outputs();
    int inputs = plain.inputs();
    long weights = memory.allocate(format.weightBytes(outputs, inputs));
    long scaleBytes = format.scaleBytes(outputs, inputs);
    long scales = scaleBytes == 0 ? 0 : memory.allocate(scaleBytes);
    long bias = plain.bias().length == 0 ? 0 : floats(plain.bias());
    boolean paired = pairs && format.pairs(outputs);
    DeviceLinear target =
        new DeviceLinear(format, weights, scales, bias, outputs, inputs, scale, paired);
    weightBytes += format.weightBytes(outputs, inputs) + scaleBytes;
    if (random == null) {
      pack(plain, target);
    } else {
      makeUp(random, target);
    }
    return target;
  }

  /** Numbers whose products with a normed row are about as large as its own. */
  private static void makeUp(RandomFill random, DeviceLinear target) {
    Format format = target.format();
    int outputs = target.outputs();
    int inputs = target.inputs();
    float largest = (float) Math.sqrt(3.0 / inputs);
    random.weights(format, target.weights(), format.weightBytes(outputs, inputs), largest);
    if (format == Format.INT8) {
      float scale = largest / 127 / target.scale();
      random.scales(target.scales(), format.scaleBytes(outputs, inputs), scale);
    }
  }

  private void pack(HostLinear plain, DeviceLinear target) {
    int panels = Math.ceilDiv(plain.outputs(), Format.PANEL);
    int together = Math.clamp(PIECE / target.format().panelBytes(plain.inputs()), 1, panels);
    for (int first = 0; first < panels; first += together) {
      copy(plain, target, first, Math.min(together, panels - first));
    }
    plain.release();
  }

  private void copy(HostLinear plain, DeviceLinear target, int first, int count) {
    long panelBytes = target.format().panelBytes(plain.inputs());
    long scaleBytes = target.format().scaleBytes(Format.PANEL, plain.inputs());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment weights = arena.allocate(count * panelBytes, Long.BYTES);
      MemorySegment scales = arena.allocate(Math.max(1, count * scaleBytes), Long.BYTES);
      IntStream.range(0, count)
          .parallel()
          .forEach(
              i ->
                  new WeightPacker(plain, target)
                      .pack(
                          first + i,
                          weights.asSlice(i * panelBytes, panelBytes),
                          scales.asSlice(i * scaleBytes, scaleBytes)));
      driver.copyIn(target.weights() + first * panelBytes, weights, count * panelBytes);
      if (scaleBytes > 0) {
        driver.copyIn(target.scales() + first * scaleBytes, scales, count * scaleBytes);
      }
      driver.synchronize();
    }
  }

  /** Copies numbers to the device. */
  long floats(float[] values) {
    return bytes(MemorySegment.ofArray(values));
  }

  /** Copies a matrix to take rows of. */
  long table(Tensor table) {
    if (random == null) {
      return bytes(table.data());
    }
    long address = memory.allocate(table.data().byteSize());
    random.weights(Format.BF16, address, table.data().byteSize(), 1);
    return address;
  }

  /** Copies memory to the device. */
  private long bytes(MemorySegment from) {
    long address = memory.allocate(from.byteSize());
    try (Arena arena = Arena.ofConfined()) {
      for (long at = 0; at < from.byteSize(); at += PIECE) {
        long count = Math.min(PIECE, from.byteSize() - at);
        MemorySegment piece = arena.allocate(count, Long.BYTES);
        piece.copyFrom(from.asSlice(at, count));
        driver.copyIn(address + at, piece, count);
        driver.synchronize();
      }
    }
    return address;
  }
}
