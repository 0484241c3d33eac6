package io.tokenlane.engine.backend.vector;

/** Values quantised in blocks of 32 to shorts of -127 to 127 and a scale, row by row. */
final class Q8Rows {
  /** Blocks in a row. */
  int blocks;

  short[] values = {};
  float[] scales = {};

  /** Makes room for rows of {@code width} values, a multiple of 32. */
  void resize(int rows, int width) {
    blocks = width / Q8.BLOCK;
    if (scales.length < rows * blocks) {
      scales = new float[rows * blocks];
      values = new short[rows * width];
    }
  }

  /** Quantises rows of {@code width} values, a multiple of 32. */
  void set(float[] in, int rows, int width) {
    resize(rows, width);
    for (int block = 0; block < rows * blocks; block++) {
      quantise(in, block);
    }
  }

  /** To the nearest step of the largest value's 127th part, halves away from zero. */
  private void quantise(float[] in, int block) {
    int begin = block * Q8.BLOCK;
    int end = begin + Q8.BLOCK;
    float largest = 0;
    for (int i = begin; i < end; i++) {
      largest = Math.max(largest, Math.abs(in[i]));
    }
    float scale = largest / 127;
    float inverse = scale < Float.MIN_NORMAL ? 0 : 1 / scale;
    scales[block] = scale;
    for (int i = begin; i < end; i++) {
      float value = in[i] * inverse;
      values[i] = (short) (value + (value >= 0 ? 0.5f : -0.5f));
    }
  }
}
