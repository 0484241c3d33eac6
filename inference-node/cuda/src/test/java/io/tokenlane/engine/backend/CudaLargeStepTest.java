package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps of many rows with this machine's cuBLAS, against float64 and against own kernels. */
@Tag("gpu")
final class CudaLargeStepTest {
  private static final long SEED = 20261128;
  private static final int MANY = 259;
  private static final int FEW = 130;
  private static final int OUTPUTS = 70;
  private static final int WIDTH = 328;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final RandomTensors tensors = new RandomTensors(random);

  private static Backend start(boolean blas) {
    return new CudaProvider().create(new BackendOptions(1, WeightFormat.AS_STORED, blas, false));
  }

  /** What a machine without cuBLAS says instead of failing. */
  private static Backend withBlas() {
    Backend backend = start(true);
    boolean missing = backend.description().contains("without cuBLAS");
    if (missing) {
      String why = backend.description();
      backend.close();
      assumeFalse(missing, why);
    }
    return backend;
  }

  @Test
  void saysWhetherItIsUsed() {
    try (Backend backend = start(true);
        Backend without = start(false)) {
      assertThat(backend.description())
          .containsPattern("cuBLAS 13\\.\\d+\\.\\d+ for steps of 256 rows|without cuBLAS: ");
      assertThat(without.description()).endsWith("without cuBLAS: not asked for");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F16", "BF16"})
  void productsAreRight(DType dtype) {
    Tensor matrix = tensors.matrix(dtype, OUTPUTS, WIDTH);
    Tensor bias = tensors.vector(OUTPUTS);
    float[] input = tensors.floats(MANY * WIDTH);
    try (Backend backend = withBlas()) {
      float[][] results = project(backend, matrix, bias, input, MANY);
      for (int row = 0; row < MANY; row += 37) {
        double[] x = Reference64.doubles(input, row * WIDTH, WIDTH);
        for (int n = 0; n < OUTPUTS; n++) {
          double expected = Reference64.dot(matrix, n, x) + bias.floatAt(n);
          double tolerance = Reference64.tolerance(matrix, n, x) + 1e-6 * Math.abs(expected);
          assertThat((double) results[row][n]).isCloseTo(expected, within(tolerance));
        }
      }
    }
  }

  /** Fewer rows, and bytes, have their bits from own kernels all the same. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F16", "BF16", "Q8_0"})
  void smallerStepsAndBytesKeepTheirBits(DType dtype) {
    int rows = dtype == DType.Q8_0 ? MANY : FEW;
    int width = RandomTensors.columns(dtype, WIDTH);
    Tensor matrix = tensors.matrix(dtype, OUTPUTS, width);
    Tensor bias = tensors.vector(OUTPUTS);
    float[] input = tensors.floats(rows * width);
    try (Backend backend = withBlas();
        Backend own = start(false)) {
      assertThat(project(backend, matrix, bias, input, rows))
          .isDeepEqualTo(project(own, matrix, bias, input, rows));
    }
  }

  /** Gate and up in one matrix, whose outputs lie in pairs; the gate is a kernel of its own. */
  @Test
  void gatedRowsAreThoseOfOwnKernels() {
    int inner = 64;
    List<Tensor> gateUp =
        List.of(tensors.matrix(DType.BF16, inner, WIDTH), tensors.matrix(DType.BF16, inner, WIDTH));
    Tensor down = tensors.matrix(DType.BF16, OUTPUTS, inner);
    Tensor gain = tensors.vector(WIDTH);
    float[] input = tensors.floats(MANY * WIDTH);
    try (Backend backend = withBlas();
        Backend own = start(false)) {
      float[][] results = feedForward(backend, gateUp, down, gain, input);
      float[][] expected = feedForward(own, gateUp, down, gain, input);
      for (int row = 0; row < MANY; row += 37) {
        for (int n = 0; n < OUTPUTS; n++) {
          assertThat(results[row][n])
              .isCloseTo(expected[row][n], within(1e-3f + 1e-5f * Math.abs(expected[row][n])));
        }
      }
    }
  }

  private static float[][] feedForward(
      Backend backend, List<Tensor> gateUp, Tensor down, Tensor gain, float[] input) {
    ContractRun run = new ContractRun(backend, MANY);
    Rows in = run.feed(input);
    Linear first = backend.gateUp(gateUp, List.of());
    Rows pairs = backend.rows(MANY, first.outputs());
    Rows gated = backend.rows(MANY, first.outputs() / 2);
    Rows out = backend.rows(MANY, OUTPUTS);
    backend.normProject(in, backend.norm(gain, 1e-5f), first, pairs);
    backend.gate(pairs, Activation.SILU, gated);
    backend.projectAdd(gated, backend.linear(List.of(down), List.of()), out);
    float[][] results = new float[MANY][];
    Arrays.setAll(results, row -> run.read(out, row));
    return results;
  }

  private static float[][] project(
      Backend backend, Tensor matrix, Tensor bias, float[] input, int rows) {
    ContractRun run = new ContractRun(backend, rows);
    Linear weight = backend.linear(List.of(matrix), List.of(bias));
    Rows out = backend.rows(rows, weight.outputs());
    backend.projectAdd(run.feed(input), weight, out);
    float[][] results = new float[rows][];
    Arrays.setAll(results, row -> run.read(out, row));
    return results;
  }
}
