package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.tensor.RopeStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sequences with random queries, keys and values, on random heads, pages and rotations. */
final class AttentionCase {
  private static final int LAYERS = 2;
  private static final float EPSILON = 1e-6f;
  private static final double TOLERANCE = 2e-4;

  private final HeadShape shape;
  private final RopeSpec rope;
  private final AttentionRule rule;
  private final float @Nullable [] headGain;
  private final int[] lengths;
  private final int blockSize;

  /** Queries, keys and values; rows of all sequences, one behind another. */
  private final float[] qkv;

  private AttentionCase(RandomGenerator random, int longest) {
    int kvHeads = 1 + random.nextInt(3);
    int dim = 2 * (1 + random.nextInt(24));
    shape = new HeadShape(kvHeads * (1 + random.nextInt(3)), kvHeads, dim);
    RandomTensors tensors = new RandomTensors(random);
    float[] frequencies = new float[random.nextInt(dim / 2 + 1)];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = random.nextFloat();
    }
    RopeStyle style = random.nextBoolean() ? RopeStyle.HALF_SPLIT : RopeStyle.INTERLEAVED;
    rope = new RopeSpec(style, frequencies, random.nextBoolean() ? 1 : 0.5f + random.nextFloat());
    rule =
        random.nextBoolean()
            ? AttentionRule.full(shape)
            : new AttentionRule(
                0.1f + random.nextFloat() / 2,
                random.nextBoolean() ? 0 : 1 + 5 * random.nextFloat(),
                random.nextInt(longest));
    headGain = random.nextBoolean() ? tensors.floats(dim) : null;
    lengths = new int[1 + random.nextInt(3)];
    Arrays.setAll(lengths, i -> 1 + random.nextInt(longest));
    blockSize = 1 + random.nextInt(17);
    qkv = tensors.floats(Arrays.stream(lengths).sum() * shape.rowWidth());
  }

  static AttentionCase random(RandomGenerator random, int longest) {
    return new AttentionCase(random, longest);
  }

  /** Attention's output of every row; steps and pages are drawn anew. */
  float[][] run(Backend backend, RandomGenerator random) {
    int total = Arrays.stream(lengths).sum();
    int maxBlocks = Arrays.stream(lengths).max().orElseThrow() / blockSize + 1;
    int[][] tables = tables(random, maxBlocks);
    float[][] outputs = new float[total][];
    int[] done = new int[lengths.length];
    Batch batch = new Batch(total, lengths.length, maxBlocks, blockSize);
    Rows rows = backend.rows(total, shape.rowWidth());
    Rows out = backend.rows(total, shape.queryWidth());
    AttentionLayer layer = layer(backend);
    Linear table = ContractRun.table(backend, qkv, shape.rowWidth());
    try (KvStore kv = backend.kvStore(LAYERS, shape, maxBlocks * lengths.length, blockSize)) {
      while (fill(batch, done, tables, random)) {
        backend.begin(batch);
        backend.embed(table, 1, rows);
        backend.storeKv(rows, layer, kv);
        backend.attend(rows, layer, kv, out);
        for (int row = 0; row < batch.rows(); row++) {
          outputs[batch.tokens[row]] = new float[shape.queryWidth()];
          backend.read(out, row, outputs[batch.tokens[row]]);
        }
      }
    }
    return outputs;
  }

  /** A step with a random number of the next rows of each sequence; false when all are done. */
  private boolean fill(Batch batch, int[] done, int[][] tables, RandomGenerator random) {
    batch.clear();
    int first = 0;
    for (int sequence = 0; sequence < lengths.length; sequence++) {
      int rows = Math.min(lengths[sequence] - done[sequence], 1 + random.nextInt(20));
      if (rows > 0) {
        batch.beginSequence(tables[sequence], tables[sequence].length);
        for (int i = 0; i < rows; i++) {
          int position = done[sequence]++;
          batch.addRow(first + position, position, false);
        }
      }
      first += lengths[sequence];
    }
    return batch.rows() > 0;
  }

  private int[][] tables(RandomGenerator random, int maxBlocks) {
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < maxBlocks * lengths.length; i++) {
      blocks.add(i);
    }
    Collections.shuffle(blocks, new Random(random.nextLong()));
    int[][] tables = new int[lengths.length][maxBlocks];
    for (int i = 0; i < blocks.size(); i++) {
      tables[i / maxBlocks][i % maxBlocks] = blocks.get(i);
    }
    return tables;
  }

  private AttentionLayer layer(Backend backend) {
    Norm norm = headGain == null ? null : ContractRun.norm(backend, headGain, EPSILON);
    return new AttentionLayer(1, shape, backend.rope(rope), norm, norm, rule);
  }

  /** Holds the outputs against float64. */
  void check(float[][] outputs) {
    int first = 0;
    for (int length : lengths) {
      for (int head = 0; head < shape.heads(); head++) {
        checkHead(outputs, first, length, head);
      }
      first += length;
    }
  }

  private void checkHead(float[][] outputs, int first, int length, int head) {
    int dim = shape.headDim();
    int kvHead = head / (shape.heads() / shape.kvHeads());
    int key = shape.queryWidth() + kvHead * dim;
    double[][] keys = new double[length][];
    double[][] values = new double[length][];
    for (int position = 0; position < length; position++) {
      int row = (first + position) * shape.rowWidth();
      keys[position] = turned(row + key, position);
      values[position] = Reference64.doubles(qkv, row + key + shape.kvWidth(), dim);
      double[] query = turned(row + head * dim, position);
      int from = rule.first(position);
      double[] expected =
          Reference64.attend(
              query,
              Arrays.copyOfRange(keys, from, position + 1),
              Arrays.copyOfRange(values, from, position + 1),
              rule);
      for (int i = 0; i < dim; i++) {
        assertThat((double) outputs[first + position][head * dim + i])
            .as("%s, %s, position %d, head %d", shape, rule, position, head)
            .isCloseTo(expected[i], within(TOLERANCE));
      }
    }
  }

  private double[] turned(int at, int position) {
    double[] head = Reference64.doubles(qkv, at, shape.headDim());
    double[] normed = headGain == null ? head : Reference64.rmsNorm(head, headGain, EPSILON);
    Reference64.rotate(normed, rope, position);
    return normed;
  }
}
