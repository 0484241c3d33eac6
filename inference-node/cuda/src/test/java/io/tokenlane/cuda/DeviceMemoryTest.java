package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tokenlane.cuda.driver.DriverException;
import org.junit.jupiter.api.Test;

/** Work space on a device that has no room left. */
final class DeviceMemoryTest {
  private final RecordingDriver driver = new RecordingDriver(1000);
  private final DeviceMemory memory = new DeviceMemory(driver);

  @Test
  void workSpaceThatCouldNotGrowIsNotHandedOutAsIfItHad() {
    DeviceMemory.Scratch scratch = memory.new Scratch();
    long first = scratch.atLeast(100);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(DriverException.class).isThrownBy(() -> scratch.atLeast(2000));
    }
    assertThat(scratch.atLeast(100)).isEqualTo(first);
    assertThat(driver.held.get(scratch.atLeast(150))).isGreaterThanOrEqualTo(150);
  }

  @Test
  void countersThatCouldNotGrowAreNotHandedOutAsIfTheyHad() {
    DeviceMemory.Counters counters = memory.new Counters();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(DriverException.class).isThrownBy(() -> counters.atLeast(500));
    }
    assertThat(driver.held.get(counters.atLeast(10))).isEqualTo(10L * Integer.BYTES);
  }
}
