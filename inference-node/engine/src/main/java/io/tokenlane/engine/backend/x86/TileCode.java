package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

/**
 * A tile's function for AVX2.
 *
 * <p>A panel's 16 outputs are two vectors of eight ints. For each pair of inputs the weights are
 * widened from bytes to shorts once, and each row's pair is broadcast; {@code vpmaddwd} multiplies
 * and adds the pair, so that sums are exact whatever the values: unlike {@code vpmaddubsw}, which
 * saturates. Six rows take 12 registers for sums, two for weights and two for products.
 */
final class TileCode extends TileFrame {
  private static final int WEIGHTS_LOW = 12;
  private static final int WEIGHTS_HIGH = 13;
  private static final int INPUT = 14;
  private static final int PRODUCT = 15;
  private static final int VECTOR_BYTES = ROW_BYTES / 2;

  private final Assembler asm;

  private TileCode(Assembler asm, int rows) {
    super(asm, rows);
    this.asm = asm;
  }

  /** Assembles it for {@code rows} rows, 1 to 6. */
  static byte[] assemble(int rows) {
    return new TileCode(new Assembler(), rows).assemble();
  }

  @Override
  void clearResults() {
    asm.vpxor(0, 0, 0);
    for (int i = 0; i < 2 * rows; i++) {
      asm.vmovups(RDX, i * VECTOR_BYTES, 0);
    }
  }

  @Override
  void clearSums() {
    for (int i = 0; i < 2 * rows; i++) {
      asm.vpxor(i, i, i);
    }
  }

  @Override
  void addPair(int index) {
    int weights = index * PAIR_BYTES;
    asm.vpmovsxbw(WEIGHTS_LOW, RSI, weights);
    asm.vpmovsxbw(WEIGHTS_HIGH, RSI, weights + PAIR_BYTES / 2);
    for (int row = 0; row < rows; row++) {
      asm.vpbroadcastd(INPUT, R10, (index * rows + row) * Integer.BYTES);
      asm.vpmaddwd(PRODUCT, WEIGHTS_LOW, INPUT);
      asm.vpaddd(low(row), low(row), PRODUCT);
      asm.vpmaddwd(INPUT, WEIGHTS_HIGH, INPUT);
      asm.vpaddd(high(row), high(row), INPUT);
    }
  }

  @Override
  void scaleGroup() {
    asm.vcvtph2ps(WEIGHTS_LOW, RSI, 0);
    asm.vcvtph2ps(WEIGHTS_HIGH, RSI, SCALES_BYTES / 2);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      asm.vbroadcastss(INPUT, R11, row * Float.BYTES);
      scale(low(row), WEIGHTS_LOW);
      scale(high(row), WEIGHTS_HIGH);
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private void scale(int sum, int weightScales) {
    asm.vcvtdq2ps(sum, sum);
    asm.vmulps(PRODUCT, weightScales, INPUT);
    asm.vfmadd213ps(sum, PRODUCT, RDX, sum * VECTOR_BYTES);
    asm.vmovups(RDX, sum * VECTOR_BYTES, sum);
  }

  private static int low(int row) {
    return 2 * row;
  }

  private static int high(int row) {
    return 2 * row + 1;
  }
}
