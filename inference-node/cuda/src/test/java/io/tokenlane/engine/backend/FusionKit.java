package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.RopeStyle;
import io.tokenlane.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Operations that become part of their neighbours' kernels give the bits that they give alone, with
 * any tiles and any order: reading what is between them keeps them apart. Alone they are held by
 * {@link BackendContract}.
 */
abstract class FusionKit {
  private static final long SEED = 20261128;
  private static final int WIDTH = 64;
  private static final int GATED = 96;
  private static final int OUT = 24;
  private static final int[] ROWS = {1, 5, 11, 20, 70};
  private static final float EPSILON = 1e-5f;

  /** Each with an order of its own. */
  private static final int WAYS = 3;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final RandomTensors tensors = new RandomTensors(random);

  abstract BackendProvider provider();

  /** A chain of operations; apart, if what lies between them is to be read. */
  private interface Chain {
    Rows run(ContractRun run, boolean apart);
  }

  private void checkBits(Chain chain) {
    for (int rows : ROWS) {
      float[][] expected = results(chain, rows, 0, true);
      for (int way = 0; way < WAYS; way++) {
        assertThat(results(chain, rows, way, false))
            .as("%d rows, way %d, seed %d", rows, way, SEED)
            .isDeepEqualTo(expected);
      }
    }
  }

  private float[][] results(Chain chain, int rows, int way, boolean apart) {
    try (Backend backend = provider().create(new BackendOptions(1 + way))) {
      ContractRun run = new ContractRun(backend, rows);
      return readAll(run, chain.run(run, apart));
    }
  }

  private static float[][] readAll(ContractRun run, Rows from) {
    float[][] results = new float[run.rows][];
    for (int row = 0; row < run.rows; row++) {
      results[row] = run.read(from, row);
    }
    return results;
  }

  /** The same for any number of rows: those of more are those of less, and further ones. */
  private float[] input() {
    return tensors.floats(ROWS[ROWS.length - 1] * WIDTH);
  }

  private static Rows feed(ContractRun run, float[] input) {
    return run.feed(Arrays.copyOf(input, run.rows * WIDTH));
  }

  @ParameterizedTest
  @CsvSource({"F32, SILU", "F16, SILU", "BF16, GELU_TANH", "Q8_0, SILU", "Q6_K, GELU_TANH"})
  void gatesBehindTheirProjection(DType dtype, Activation activation) {
    int width = RandomTensors.columns(dtype, WIDTH);
    Tensor before = tensors.matrix(dtype, width, width);
    Tensor gate = tensors.matrix(dtype, 2 * width, width);
    Tensor up = tensors.matrix(dtype, 2 * width, width);
    List<Tensor> biases = List.of(tensors.vector(2 * width), tensors.vector(2 * width));
    Tensor down = tensors.matrix(dtype, OUT, 2 * width);
    float[] input = tensors.floats(ROWS[ROWS.length - 1] * width);
    float[] gain = tensors.floats(width);
    checkBits(
        (run, apart) -> {
          Backend backend = run.backend;
          Linear pairs = backend.gateUp(List.of(gate, up), biases);
          Rows in = run.feed(Arrays.copyOf(input, run.rows * width));
          backend.projectAdd(in, backend.linear(List.of(before), List.of()), in);
          if (apart) {
            run.read(in, 0);
          }
          Rows gateUp = backend.rows(run.rows, 4 * width);
          Rows gated = backend.rows(run.rows, 2 * width);
          Rows out = backend.rows(run.rows, OUT);
          backend.normProject(in, ContractRun.norm(backend, gain, EPSILON), pairs, gateUp);
          if (apart) {
            run.read(gateUp, 0);
          }
          backend.gate(gateUp, activation, gated);
          if (apart) {
            run.read(gated, 0);
          }
          backend.projectAdd(gated, backend.linear(List.of(down), List.of()), out);
          return out;
        });
  }

  /** Neither a norm's rounding, nor a gate's, makes a number of it: else a broken row draws. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16", "Q8_0"})
  void whatIsNoNumberStaysNone(DType dtype) {
    Tensor pairs = tensors.matrix(dtype, 2 * GATED, WIDTH);
    Tensor down = tensors.matrix(dtype, WIDTH, GATED);
    Tensor head = tensors.matrix(dtype, OUT, WIDTH);
    float[] gain = tensors.floats(WIDTH);
    for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] input = input();
      input[WIDTH + 3] = broken;
      for (int rows : new int[] {2, 70}) {
        try (Backend backend = provider().create(new BackendOptions(1))) {
          ContractRun run = new ContractRun(backend, rows);
          Norm norm = ContractRun.norm(backend, gain, EPSILON);
          Rows sum = feed(run, input);
          Rows gateUp = backend.rows(rows, 2 * GATED);
          Rows gated = backend.rows(rows, GATED);
          Rows out = backend.rows(rows, OUT);
          backend.normProject(sum, norm, backend.gateUp(List.of(pairs), List.of()), gateUp);
          backend.gate(gateUp, Activation.SILU, gated);
          backend.projectAdd(gated, backend.linear(List.of(down), List.of()), sum);
          backend.normProject(sum, norm, backend.linear(List.of(head), List.of()), out);
          assertThat(run.read(out, 0)).doesNotContain(Float.NaN);
          assertThat(run.read(out, 1)).containsOnly(Float.NaN);
        }
      }
    }
  }

  /** Nor does the cache, nor what attention leaves. */
  @ParameterizedTest
  @CsvSource({
    "BF16, FLOAT16",
    "BF16, INT8",
    "BF16, FLOAT32",
    "Q8_0, FLOAT16",
    "Q8_0, INT8",
    "F16, INT8"
  })
  void attentionToWhatIsNoNumberIsNone(DType dtype, KvType type) {
    HeadShape shape = new HeadShape(4, 2, 64);
    Tensor output = tensors.matrix(dtype, OUT, shape.queryWidth());
    float[] input = tensors.floats(2 * shape.rowWidth());
    input[shape.rowWidth() + shape.queryWidth() + 5] = Float.NaN;
    try (Backend backend = provider().create(new BackendOptions(1));
        KvStore kv = backend.kvStore(1, shape, 2, 1, type)) {
      ContractRun run = new ContractRun(backend, 2);
      Rope rope = backend.rope(new RopeSpec(RopeStyle.HALF_SPLIT, tensors.floats(32), 1));
      AttentionLayer layer =
          new AttentionLayer(0, shape, rope, null, null, AttentionRule.full(shape));
      Rows all = run.feed(input);
      Rows attended = backend.rows(2, shape.queryWidth());
      Rows out = backend.rows(2, OUT);
      backend.storeKv(all, layer, kv);
      backend.attend(all, layer, kv, attended);
      backend.projectAdd(attended, backend.linear(List.of(output), List.of()), out);
      assertThat(run.read(out, 0)).doesNotContain(Float.NaN);
      assertThat(run.read(out, 1)).containsOnly(Float.NaN);
    }
  }

  /** What is added to is as it is without, and what the norm behind makes of it is the same. */
  @ParameterizedTest
  @CsvSource({
    "F32, BF16, 64",
    "F16, Q8_0, 64",
    "BF16, BF16, 1030",
    "BF16, Q8_0, 96",
    "Q8_0, Q8_0, 2080",
    "Q8_0, BF16, 120",
    "Q6_K, Q6_K, 1280",
    "BF16, F16, 80",
    "BF16, BF16, 72",
    "Q8_0, Q8_0, 4160"
  })
  void normsBehindWhatIsAdded(DType first, DType second, int width) {
    int inputs = RandomTensors.columns(first, WIDTH);
    Tensor matrix = tensors.matrix(first, width, inputs);
    List<Tensor> biases = List.of(tensors.vector(width));
    Tensor next = tensors.matrix(second, OUT, width);
    List<Tensor> nextBiases = List.of(tensors.vector(OUT));
    float[] input = tensors.floats(ROWS[ROWS.length - 1] * inputs);
    float[] held = tensors.floats(ROWS[ROWS.length - 1] * width);
    float[] gain = tensors.floats(width);
    for (boolean added : new boolean[] {false, true}) {
      checkBits(
          (run, apart) -> {
            Backend backend = run.backend;
            Rows in = run.feed(Arrays.copyOf(input, run.rows * inputs));
            Rows sum = run.feed(Arrays.copyOf(held, run.rows * width));
            Rows out = backend.rows(run.rows, OUT);
            backend.projectAdd(in, backend.linear(List.of(matrix), biases), sum);
            if (apart) {
              run.read(sum, 0);
            }
            Norm norm = ContractRun.norm(backend, gain, EPSILON);
            backend.normProject(sum, norm, backend.linear(List.of(next), nextBiases), out);
            return added ? sum : out;
          });
    }
  }

  /** Whoever asks for what lies between gets it, in the order of the checkpoint. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BF16", "Q8_0"})
  void pairsAreReadInTheirOrder(DType dtype) {
    Tensor both = tensors.matrix(dtype, 2 * GATED, WIDTH);
    float[] input = input();
    float[] gain = tensors.floats(WIDTH);
    try (Backend backend = provider().create(new BackendOptions(1))) {
      ContractRun run = new ContractRun(backend, 9);
      Norm norm = ContractRun.norm(backend, gain, EPSILON);
      Rows in = feed(run, input);
      Rows plain = backend.rows(run.rows, 2 * GATED);
      backend.normProject(in, norm, backend.linear(List.of(both), List.of()), plain);
      Rows paired = backend.rows(run.rows, 2 * GATED);
      backend.normProject(in, norm, backend.gateUp(List.of(both), List.of()), paired);
      assertThat(readAll(run, paired)).isDeepEqualTo(readAll(run, plain));
    }
  }

  /**
   * Head widths of whole panels and others, of groups that are rounded together and others;
   * rotations that are whole pieces to copy and others.
   */
  @ParameterizedTest
  @CsvSource({
    "F32, 32, 8, FLOAT32",
    "F16, 64, 16, FLOAT16",
    "BF16, 48, 12, INT8",
    "BF16, 32, 8, FLOAT16",
    "Q8_0, 64, 16, INT8",
    "Q8_0, 64, 13, FLOAT16",
    "Q8_0, 40, 10, FLOAT32",
    "Q8_0, 128, 32, FLOAT16",
    "BF16, 160, 40, FLOAT32"
  })
  void headsGoFromProjectionToProjection(DType dtype, int dim, int pairs, KvType type) {
    HeadShape shape = new HeadShape(4, 2, dim);
    Tensor before = tensors.matrix(dtype, WIDTH, WIDTH);
    Tensor qkv = tensors.matrix(dtype, shape.rowWidth(), WIDTH);
    List<Tensor> biases = List.of(tensors.vector(shape.rowWidth()));
    Tensor output = tensors.matrix(dtype, OUT, shape.queryWidth());
    float[] input = input();
    float[] gain = tensors.floats(WIDTH);
    float[] headGain = tensors.floats(dim);
    float[] frequencies = tensors.floats(pairs);
    RopeStyle style = dim % 64 == 0 ? RopeStyle.INTERLEAVED : RopeStyle.HALF_SPLIT;
    checkBits(
        (run, apart) -> {
          Backend backend = run.backend;
          Norm headNorm = ContractRun.norm(backend, headGain, EPSILON);
          Rope rope = backend.rope(new RopeSpec(style, frequencies, 1));
          AttentionLayer layer =
              new AttentionLayer(0, shape, rope, headNorm, headNorm, AttentionRule.full(shape));
          Linear heads = backend.linear(List.of(qkv), biases);
          Rows all = backend.rows(run.rows, shape.rowWidth());
          Rows attended = backend.rows(run.rows, shape.queryWidth());
          Rows out = backend.rows(run.rows, OUT);
          try (KvStore kv = backend.kvStore(1, shape, run.rows, 1, type)) {
            Rows in = feed(run, input);
            backend.projectAdd(in, backend.linear(List.of(before), List.of()), in);
            if (apart) {
              run.read(in, 0);
            }
            backend.normProject(in, ContractRun.norm(backend, gain, EPSILON), heads, all);
            if (apart) {
              run.read(all, 0);
            }
            backend.storeKv(all, layer, kv);
            backend.attend(all, layer, kv, attended);
            if (apart) {
              run.read(attended, 0);
            }
            backend.projectAdd(attended, backend.linear(List.of(output), List.of()), out);
            run.read(out, 0);
          }
          return out;
        });
  }
}
