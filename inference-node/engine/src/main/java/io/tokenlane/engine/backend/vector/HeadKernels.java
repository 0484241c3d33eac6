package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.x86.AssembledAttention;

/** Which kernel computes attention on this machine. */
final class HeadKernels {
  /** {@code vector}: the Vector API even where machine code runs, for comparison. */
  static final String PROPERTY = "tokenlane.attention-kernel";

  private HeadKernels() {}

  /** Whether machine code does. */
  static boolean assembled() {
    return !System.getProperty(PROPERTY, "").equals("vector")
        && AssembledAttention.unavailable().isEmpty();
  }

  static String description() {
    return assembled() ? "attention by AVX-512 code" : "attention by the Vector API";
  }
}
