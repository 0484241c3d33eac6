package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Machine code for single rows against the Vector API, to the bit. */
final class RowCodeTest {
  private static final long SEED = 20261127;

  private final Random random = new Random(SEED);

  @BeforeEach
  void requireMachineCode() {
    assumeThat(HeadKernels.assembled()).as("AVX-512").isTrue();
  }

  @Test
  void quantises() {
    try (Backend backend = new VectorProvider().create(new BackendOptions(1));
        Arena arena = Arena.ofShared()) {
      for (int i = 0; i < 30; i++) {
        int width = 32 * (1 + random.nextInt(20));
        HostRows rows = HostRows.of(backend.rows(20, width));
        fill(rows.values, i);
        Tensor gain = tensor(new int[] {width});
        HostNorm norm = i % 2 == 0 ? null : HostNorm.of(backend.norm(gain, 1e-5f));
        Tensor weights = tensor(new int[] {1, width});
        Int8Matrix matrix = Int8Matrix.pack(new HostLinear(List.of(weights), List.of()), arena);
        int count = 1 + random.nextInt(20);
        assertThat(quantised(rows, norm, count, matrix, true))
            .as("%d rows of %d, groups of %d, seed %d", count, width, matrix.group(), SEED)
            .isEqualTo(quantised(rows, norm, count, matrix, false));
      }
    }
  }

  /** Values, then scales. */
  private static String quantised(
      HostRows rows, @Nullable HostNorm norm, int count, Int8Matrix matrix, boolean assembled) {
    RowsWork work = new RowsWork(1, assembled);
    Int8Rows into = new Int8Rows(Int8Rows.Form.FOURS);
    work.set(rows, norm, count, null);
    work.quantise(into, matrix);
    Workers.runAlone(work, work.chunks());
    HexFormat hex = HexFormat.ofDelimiter("\n");
    return hex.formatHex(into.fours().toArray(ValueLayout.JAVA_BYTE))
        + hex.formatHex(into.scales().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void gates() {
    try (Backend backend = new VectorProvider().create(new BackendOptions(1))) {
      for (int width : new int[] {16, 48, 512, 1040}) {
        HostRows gateUp = HostRows.of(backend.rows(3, 2 * width));
        for (int i = 0; i < gateUp.values.length; i++) {
          gateUp.values[i] = (float) random.nextGaussian() * (i % 5 == 0 ? 100 : 3);
        }
        assertThat(gated(backend, gateUp, width, true))
            .as("width %d, seed %d", width, SEED)
            .isEqualTo(gated(backend, gateUp, width, false));
      }
    }
  }

  private static float[] gated(Backend backend, HostRows gateUp, int width, boolean assembled) {
    HostRows out = HostRows.of(backend.rows(3, width));
    GateWork work = new GateWork(1, assembled);
    work.set(gateUp, Activation.SILU, out);
    Workers.runAlone(work, 3);
    return out.values;
  }

  /** Numbers, with groups of zeros, tiny and huge ones among them. */
  private void fill(float[] values, int kind) {
    for (int i = 0; i < values.length; i++) {
      float scale = i / 32 % 7 == kind % 7 ? 0 : i / 32 % 5 == 0 ? 1e-41f : 1;
      values[i] = (float) random.nextGaussian() * scale * (kind % 4 == 3 ? 1e30f : 1);
    }
  }

  private Tensor tensor(int[] shape) {
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Tensor("random", DType.F32, shape, MemorySegment.ofArray(values));
  }
}
