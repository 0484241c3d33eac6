package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.x86.Avx2Kernel;
import io.tokenlane.engine.backend.x86.Avx512Kernel;
import java.util.Optional;
import java.util.function.Supplier;

/** Which kernel multiplies bytes on this machine. */
final class Int8Kernels {
  /**
   * Names a kernel to run instead of the best one, for comparison: {@code avx2}, {@code vector}.
   */
  static final String PROPERTY = "tokenlane.int8-kernel";

  private Int8Kernels() {}

  /**
   * A kernel that runs here.
   *
   * @param kernels makes one for a thread
   * @param description what it is and why
   */
  record Choice(Supplier<Int8Kernel> kernels, String description) {}

  /** Machine code where the machine and the system allow it, else the Vector API. */
  static Choice best() {
    if (System.getProperty(PROPERTY, "").equals("vector")) {
      return new Choice(Int8VectorKernel::new, "int8 by the Vector API as configured");
    }
    boolean widest = !System.getProperty(PROPERTY, "").equals("avx2");
    if (widest && Avx512Kernel.unavailable().isEmpty()) {
      return new Choice(Avx512Kernel::new, "int8 by AVX-512 code");
    }
    Optional<String> why = Avx2Kernel.unavailable();
    return why.isEmpty()
        ? new Choice(Avx2Kernel::new, "int8 by AVX2 code")
        : new Choice(
            Int8VectorKernel::new,
            "int8 by the Vector API (no AVX2 code: %s)".formatted(why.get()));
  }
}
