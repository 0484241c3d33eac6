package io.tokenlane.bench.engine;

import java.util.Arrays;
import java.util.List;

/** Shapes of models with random weights. */
public enum RandomShape {
  /** That of Llama 3.2 1B: 1.24 billion parameters. */
  LLAMA_1B("llama-1b", 2048, 8192, 16, 8, 64, 128_256, 8192),

  /** A ninth of it, for a whole trace in minutes: 137 million parameters. */
  LLAMA_137M("llama-137m", 1024, 4096, 8, 4, 64, 8192, 1024),

  /** That of Llama 3.2 3B: 3.21 billion parameters. */
  LLAMA_3B("llama-3b", 3072, 8192, 28, 8, 128, 128_256, 8192),

  /** That of Llama 3.1 8B, its head its embedding: 7.5 billion parameters. */
  LLAMA_8B("llama-8b", 4096, 14_336, 32, 8, 128, 128_256, 8192);

  final String title;
  final int hidden;
  final int intermediate;
  final int layers;
  final int kvHeads;
  final int headDim;
  final int vocabulary;
  final int context;

  RandomShape(
      String title,
      int hidden,
      int intermediate,
      int layers,
      int kvHeads,
      int headDim,
      int vocabulary,
      int context) {
    this.title = title;
    this.hidden = hidden;
    this.intermediate = intermediate;
    this.layers = layers;
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.vocabulary = vocabulary;
    this.context = context;
  }

  /** Bytes of a token's keys and values, in floats. */
  public long kvBytesPerToken() {
    return 2L * layers * kvHeads * headDim * Float.BYTES;
  }

  /** Numbers of its weights. */
  public long parameters() {
    long attention = 2L * hidden * hidden + 2L * hidden * kvHeads * headDim;
    long layer = attention + 3L * hidden * intermediate + 2L * hidden;
    return layers * layer + (long) hidden * (vocabulary + 1);
  }

  /** Its number of tokens. */
  public int vocabulary() {
    return vocabulary;
  }

  /** Their names. */
  static List<String> titles() {
    return Arrays.stream(values()).map(shape -> shape.title).toList();
  }

  /** The shape of this name, one of {@link #titles()}. */
  static RandomShape of(String title) {
    return Arrays.stream(values()).filter(it -> it.title.equals(title)).findFirst().orElseThrow();
  }
}
