package io.tokenlane.bench.cuda;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Steps of sequences that all have the same length, each with its own blocks; greedy. */
final class DecodeRun implements AutoCloseable {
  private static final int BLOCK = 16;
  private static final int WARM_UP = 200;
  private static final double NANOS = 1e9;

  private final Model model;
  private final int sequences;
  private final int blocksEach;
  private final int[][] blocks;
  private final KvStore kv;
  private final Batch batch;
  private final Draws draws;
  private int position;

  /**
   * @param length tokens that each sequence has room for
   * @param maxRows most rows of a step
   * @param cache what keys and values are kept as
   */
  DecodeRun(Model model, int sequences, int length, int maxRows, KvType cache) {
    this.model = model;
    this.sequences = sequences;
    blocksEach = Math.ceilDiv(length, BLOCK);
    kv = model.kvStore(sequences * blocksEach, BLOCK, cache);
    batch = new Batch(maxRows, Math.max(sequences, 1), blocksEach, BLOCK);
    draws = model.newDraws(sequences);
    blocks = new int[sequences][];
    Arrays.setAll(blocks, it -> IntStream.range(it * blocksEach, (it + 1) * blocksEach).toArray());
  }

  /** Computes so many tokens of one sequence's prompt in one step; gives tokens in a second. */
  double prefill(int tokens) {
    position = 0;
    step(1, tokens);
    position = 0;
    return tokens / seconds(() -> step(1, tokens));
  }

  /** Goes on from a position; gives seconds for a step, the median of several. */
  double decode(int from, int steps) {
    // The host's part of a step has its speed only once it is compiled.
    for (int i = 0; i < WARM_UP; i++) {
      position = from;
      step(sequences, 1);
    }
    position = from;
    double[] times = new double[steps];
    for (int i = 0; i < steps; i++) {
      times[i] = seconds(() -> step(sequences, 1));
    }
    Arrays.sort(times);
    return times[steps / 2];
  }

  /** Bytes of so many positions of all sequences in the cache. */
  double bytesOf(int positions) {
    return (double) kv.bytes() / ((long) kv.blocks() * BLOCK) * positions * sequences;
  }

  /** Computes the next token of all sequences. */
  void step() {
    step(sequences, 1);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / NANOS;
  }

  private void step(int count, int rows) {
    batch.clear();
    for (int sequence = 0; sequence < count; sequence++) {
      batch.beginSequence(blocks[sequence], blocksEach);
      for (int i = 0; i < rows; i++) {
        batch.addRow((sequence * 31 + i) % model.config().tokens(), position + i, i == rows - 1);
      }
    }
    position += rows;
    model.draw(batch, kv, draws);
    model.drawn(draws);
  }

  @Override
  public void close() {
    kv.close();
  }
}
