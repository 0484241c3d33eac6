package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every backend owes: each operation with each type of its support table close to its
 * definition in float64, over random shapes, and rows that do not see each other.
 */
abstract class BackendContract {
  private static final long SEED = 20261122;
  private static final int CASES = 12;
  private static final float EPSILON = 1e-5f;

  abstract BackendProvider provider();

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final RandomTensors tensors = new RandomTensors(random);

  private Backend start(int threads) {
    return provider().create(new BackendOptions(threads));
  }

  private int from1To(int most) {
    return 1 + random.nextInt(most);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void projectsWhatItSupportsAndRefusesTheRest(DType dtype) {
    try (Backend backend = start(2)) {
      if (!backend.support().types(Op.PROJECT).contains(dtype)) {
        Tensor tensor = tensors.matrix(dtype, 2, dtype.blockSize());
        assertThatIllegalArgumentException()
            .isThrownBy(() -> backend.linear(List.of(tensor), List.of()))
            .withMessageContainingAll("random", dtype.name(), "expected", backend.name());
        return;
      }
      for (int i = 0; i < CASES; i++) {
        checkProjections(backend, dtype);
      }
    }
  }

  private void checkProjections(Backend backend, DType dtype) {
    int width = RandomTensors.columns(dtype, from1To(200));
    List<Tensor> parts = new ArrayList<>();
    for (int i = from1To(3); i > 0; i--) {
      parts.add(tensors.matrix(dtype, from1To(40), width));
    }
    List<Tensor> biases =
        random.nextBoolean()
            ? parts.stream().map(part -> tensors.vector(part.rows())).toList()
            : List.of();
    ContractRun run = new ContractRun(backend, from1To(9));
    float[] input = tensors.floats(run.rows * width);
    float[] gain = tensors.floats(width);
    Linear weight = backend.linear(parts, biases);
    float[] before = tensors.floats(run.rows * weight.outputs());
    Norm norm = ContractRun.norm(backend, gain, EPSILON);

    Rows in = run.feed(input);
    Rows out = backend.rows(run.rows, weight.outputs());
    Rows sum = run.feed(before);
    float[] logits = new float[run.rows * weight.outputs()];
    Rows normedSum = run.feed(before);
    float[] outGain = tensors.floats(weight.outputs());
    backend.projectNormAdd(in, weight, ContractRun.norm(backend, outGain, EPSILON), normedSum);
    Rows projected = backend.rows(run.rows, weight.outputs());
    backend.projectAdd(in, weight, projected);
    backend.normProject(in, norm, weight, out);
    backend.projectAdd(in, weight, sum);
    backend.logits(in, norm, weight, logits);

    for (int row = 0; row < run.rows; row++) {
      double[] plain = Reference64.doubles(input, row * width, width);
      double[] normed = Reference64.rmsNorm(plain, gain, EPSILON);
      int at = row * weight.outputs();
      double[] added = Reference64.doubles(before, at, weight.outputs());
      checkRow(run.read(out, row), parts, biases, normed, new double[weight.outputs()]);
      checkRow(run.read(sum, row), parts, biases, plain, added);
      checkNormed(run.read(normedSum, row), added, run.read(projected, row), outGain);
      float[] ofRow = Arrays.copyOfRange(logits, at, at + weight.outputs());
      assertThat(ofRow).isEqualTo(run.read(out, row));
    }
  }

  private static void checkNormed(float[] actual, double[] added, float[] projected, float[] gain) {
    double[] plain = Reference64.doubles(projected, 0, projected.length);
    double[] normed = Reference64.rmsNorm(plain, gain, EPSILON);
    for (int n = 0; n < actual.length; n++) {
      double expected = added[n] + normed[n];
      assertThat((double) actual[n])
          .as("column %d of %d, seed %d", n, actual.length, SEED)
          .isCloseTo(expected, within(2e-6 * (Math.abs(added[n]) + Math.abs(normed[n]))));
    }
  }

  private static void checkRow(
      float[] actual, List<Tensor> parts, List<Tensor> biases, double[] x, double[] added) {
    int n = 0;
    for (int part = 0; part < parts.size(); part++) {
      for (int row = 0; row < parts.get(part).rows(); row++) {
        double bias = biases.isEmpty() ? 0 : biases.get(part).floatAt(row);
        double expected = added[n] + Reference64.dot(parts.get(part), row, x) + bias;
        double tolerance =
            Reference64.tolerance(parts.get(part), row, x) + 1e-6 * Math.abs(expected);
        assertThat((double) actual[n])
            .as("%s, column %d of %d, seed %d", parts.get(part), n, actual.length, SEED)
            .isCloseTo(expected, within(tolerance));
        n++;
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void embedsExactly(DType dtype) {
    try (Backend backend = start(1)) {
      if (!backend.support().types(Op.EMBED).contains(dtype)) {
        return;
      }
      for (int i = 0; i < CASES; i++) {
        ContractRun run = new ContractRun(backend, from1To(9));
        int width = RandomTensors.columns(dtype, from1To(150));
        Tensor table = tensors.matrix(dtype, run.rows, width);
        Rows out = backend.rows(run.rows, width);
        float scale = random.nextBoolean() ? 1 : random.nextFloat();
        backend.embed(backend.table(table), scale, out);
        for (int row = 0; row < run.rows; row++) {
          float[] values = run.read(out, row);
          for (int column = 0; column < width; column++) {
            assertThat(values[column])
                .isEqualTo(scale * table.floatAt((long) row * width + column));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void rowsAndThreadsDoNotChangeARow(DType dtype) {
    int rows = 7;
    int width = RandomTensors.columns(dtype, 200);
    Tensor matrix = tensors.matrix(dtype, 1030, width);
    float[] input = tensors.floats(rows * width);
    float[][] together = project(2, matrix, input, rows);
    assertThat(project(1, matrix, input, rows)).isDeepEqualTo(together);
    assertThat(project(3, matrix, input, rows)).isDeepEqualTo(together);
    for (int row = 0; row < rows; row++) {
      float[] alone = Arrays.copyOfRange(input, row * width, (row + 1) * width);
      assertThat(project(1, matrix, alone, 1)[0]).as("row %d", row).isEqualTo(together[row]);
    }
  }

  private float[][] project(int threads, Tensor matrix, float[] input, int rows) {
    try (Backend backend = start(threads)) {
      ContractRun run = new ContractRun(backend, rows);
      float[] gain = new float[matrix.columns()];
      Arrays.fill(gain, 1);
      Linear weight = backend.linear(List.of(matrix), List.of());
      Rows out = backend.rows(rows, weight.outputs());
      backend.normProject(run.feed(input), ContractRun.norm(backend, gain, EPSILON), weight, out);
      float[][] results = new float[rows][];
      Arrays.setAll(results, row -> run.read(out, row));
      return results;
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gatesLikeTheActivationAndClearsNoNeighbours(Activation activation) {
    try (Backend backend = start(1)) {
      for (int i = 0; i < CASES; i++) {
        ContractRun run = new ContractRun(backend, from1To(5));
        int width = from1To(70);
        float[] input = tensors.floats(run.rows * 2 * width);
        input[random.nextInt(input.length)] *= 200;
        Rows out = backend.rows(run.rows, width);
        backend.gate(run.feed(input), activation, out);
        for (int row = 0; row < run.rows; row++) {
          float[] values = run.read(out, row);
          for (int column = 0; column < width; column++) {
            double gate = input[row * 2 * width + column];
            double expected = activation.of(gate) * input[row * 2 * width + width + column];
            assertThat((double) values[column])
                .isCloseTo(expected, within(1e-6 + 2e-6 * Math.abs(expected)));
          }
        }
      }
    }
  }

  @Test
  void attendsOverPagesHoweverTheRowsAreCutIntoSteps() {
    try (Backend backend = start(2)) {
      for (int i = 0; i < CASES; i++) {
        AttentionCase attention = AttentionCase.random(random, 40);
        float[][] outputs = attention.run(backend, random);
        attention.check(outputs);
        assertThat(attention.run(backend, random)).isDeepEqualTo(outputs);
      }
    }
  }

  @Test
  void attentionDoesNotDependOnThreads() {
    AttentionCase attention = AttentionCase.random(random, 150);
    try (Backend one = start(1);
        Backend three = start(3)) {
      assertThat(attention.run(three, random)).isDeepEqualTo(attention.run(one, random));
    }
  }
}
