package io.tokenlane.bench.engine;

import java.util.Arrays;
import java.util.List;

/** Shapes of models with random weights. */
enum RandomShape {
  /** That of Llama 3.2 1B: 1.24 billion parameters. */
  LLAMA_1B("llama-1b", 2048, 8192, 16, 8, 128_256, 8192),

  /** A ninth of it, for a whole trace in minutes: 137 million parameters. */
  LLAMA_137M("llama-137m", 1024, 4096, 8, 4, 8192, 1024);

  final String title;
  final int hidden;
  final int intermediate;
  final int layers;
  final int kvHeads;
  final int headDim = 64;
  final int vocabulary;
  final int context;

  RandomShape(
      String title,
      int hidden,
      int intermediate,
      int layers,
      int kvHeads,
      int vocabulary,
      int context) {
    this.title = title;
    this.hidden = hidden;
    this.intermediate = intermediate;
    this.layers = layers;
    this.kvHeads = kvHeads;
    this.vocabulary = vocabulary;
    this.context = context;
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
