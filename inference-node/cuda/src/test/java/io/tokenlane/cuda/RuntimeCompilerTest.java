package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.cuda.driver.DriverException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NVRTC, which needs no GPU, where it is at hand: in CUDA's installation or by -Pcuda-redist. */
final class RuntimeCompilerTest {

  @ParameterizedTest
  @ValueSource(strings = {"embed", "pack", "project", "attention", "sample", "random", "plain"})
  void compilesEveryFamilyForArchitecturesWithoutCubins(String family) {
    assumeTrue(RuntimeCompiler.isThere(), "no NVRTC");
    Cubin cubin = new Cubin(RuntimeCompiler.compile(family, 87));
    for (Kernel kernel : Kernel.values()) {
      if (kernel.family().equals(family)) {
        assertThat(cubin.registers(kernel.symbol())).isPositive();
      }
    }
  }

  @Test
  void whatItCannotCompileForIsAReason() {
    assumeTrue(RuntimeCompiler.isThere(), "no NVRTC");
    assertThatThrownBy(() -> RuntimeCompiler.compile("embed", 31))
        .isInstanceOf(DriverException.class)
        .hasMessageContainingAll("nvrtcCompileProgram", "NVRTC error");
  }

  @Test
  void withoutACompilerTheArchitecturesWithCubinsAreNamed() {
    assumeTrue(!RuntimeCompiler.isThere(), "there is an NVRTC");
    assertThatThrownBy(() -> RuntimeCompiler.compile("embed", 87))
        .isInstanceOf(DriverException.class)
        .hasMessageContainingAll("sm_87", "libnvrtc.so.13", "80, 86, 89, 90, 100, 120");
  }
}
