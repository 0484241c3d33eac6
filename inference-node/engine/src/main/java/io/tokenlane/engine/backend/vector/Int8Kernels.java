package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.x86.AssembledKernel;
import io.tokenlane.engine.backend.x86.Instructions;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Which kernel multiplies bytes on this machine. */
final class Int8Kernels {
  /**
   * Names a kernel to run instead of the best one, for comparison: {@code vector}, {@code avx2} or
   * {@code avx512_vnni}.
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
    String wanted = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
    if (wanted.equals("vector")) {
      return new Choice(Int8VectorKernel::new, "int8 by the Vector API as configured");
    }
    String why = "";
    for (Instructions each : Instructions.values()) {
      boolean excluded = !wanted.isEmpty() && !each.name().equalsIgnoreCase(wanted);
      Optional<String> obstacle = excluded ? Optional.of("not wanted") : each.unavailable();
      if (obstacle.isEmpty()) {
        return new Choice(() -> new AssembledKernel(each), "int8 by %s code".formatted(each));
      }
      why = obstacle.get();
    }
    return new Choice(
        Int8VectorKernel::new, "int8 by the Vector API (no machine code: %s)".formatted(why));
  }
}
