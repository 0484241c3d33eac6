package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each tile size of each kernel of projections gives a row the same bits, and the right ones. */
abstract class TileKit {
  private static final long SEED = 20261127;
  private static final int MOST = 150;
  private static final int[] OUTPUTS = {70, 140};
  private static final int[] ROWS = {1, 5, 9, 17, 33, 65, MOST};

  /** On the emulated device also as many numbers of multiprocessors, and so of panels a block. */
  private static final int WAYS = 3;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final RandomTensors tensors = new RandomTensors(random);

  abstract BackendProvider provider();

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16", "Q8_0", "Q6_K"})
  void allTilesAgree(DType dtype) {
    for (int outputs : OUTPUTS) {
      allTilesAgree(dtype, outputs);
    }
  }

  private void allTilesAgree(DType dtype, int outputs) {
    int width = RandomTensors.columns(dtype, 320);
    Tensor matrix = tensors.matrix(dtype, outputs, width);
    float[] input = tensors.floats(MOST * width);
    float[][] all;
    try (Backend backend = provider().create(new BackendOptions(1))) {
      all = project(backend, matrix, input, MOST);
    }
    check(matrix, input, all);
    for (int way = 1; way <= WAYS; way++) {
      try (Backend backend = provider().create(new BackendOptions(way))) {
        for (int rows : ROWS) {
          float[][] some = project(backend, matrix, input, rows);
          assertThat(some).as("%d rows, way %d", rows, way).isDeepEqualTo(Arrays.copyOf(all, rows));
        }
      }
    }
  }

  /** A lone row that its projection norms itself is as among others, which are normed before. */
  @ParameterizedTest
  @CsvSource({
    "F32, 96",
    "F16, 96",
    "F16, 2052",
    "BF16, 64",
    "BF16, 1030",
    "BF16, 4096",
    "BF16, 4112",
    "Q8_0, 32",
    "Q8_0, 1120",
    "Q8_0, 3104",
    "Q8_0, 4096",
    "Q8_0, 4128",
    "Q6_K, 2560"
  })
  void normsAgree(DType dtype, int width) {
    for (int outputs : OUTPUTS) {
      normsAgree(dtype, width, outputs);
    }
  }

  private void normsAgree(DType dtype, int width, int outputs) {
    Tensor matrix = tensors.matrix(dtype, outputs, width);
    float[] input = tensors.floats(2 * width);
    Arrays.fill(input, width, width + width / 2, 0);
    float[] gain = tensors.floats(width);
    for (int way = 1; way <= WAYS; way++) {
      try (Backend backend = provider().create(new BackendOptions(way))) {
        float[][] both = normProject(backend, matrix, gain, input);
        for (int row = 0; row < both.length; row++) {
          float[] lone = Arrays.copyOfRange(input, row * width, (row + 1) * width);
          assertThat(normProject(backend, matrix, gain, lone)[0])
              .as("row %d, way %d", row, way)
              .isEqualTo(both[row]);
        }
      }
    }
  }

  private static float[][] normProject(
      Backend backend, Tensor matrix, float[] gain, float[] input) {
    ContractRun run = new ContractRun(backend, input.length / matrix.columns());
    Linear weight = backend.linear(List.of(matrix), List.of());
    Rows out = backend.rows(run.rows, weight.outputs());
    backend.normProject(run.feed(input), ContractRun.norm(backend, gain, 1e-5f), weight, out);
    return readAll(run, out);
  }

  private static float[][] readAll(ContractRun run, Rows from) {
    float[][] results = new float[run.rows][];
    Arrays.setAll(results, row -> run.read(from, row));
    return results;
  }

  private static float[][] project(Backend backend, Tensor matrix, float[] input, int rows) {
    ContractRun run = new ContractRun(backend, rows);
    Linear weight = backend.linear(List.of(matrix), List.of());
    Rows out = backend.rows(rows, weight.outputs());
    backend.projectAdd(run.feed(Arrays.copyOf(input, rows * matrix.columns())), weight, out);
    return readAll(run, out);
  }

  private static void check(Tensor matrix, float[] input, float[][] results) {
    int width = matrix.columns();
    for (int row = 0; row < results.length; row += 37) {
      double[] x = Reference64.doubles(input, row * width, width);
      for (int n = 0; n < matrix.rows(); n++) {
        double expected = Reference64.dot(matrix, n, x);
        double tolerance = Reference64.tolerance(matrix, n, x) + 1e-6 * Math.abs(expected);
        assertThat((double) results[row][n]).isCloseTo(expected, within(tolerance));
      }
    }
  }
}
