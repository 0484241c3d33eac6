package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.cuda.driver.DeviceFacts;
import org.junit.jupiter.api.Test;

/** What a device must be that the backend is chosen for; else another is, and says why. */
final class ProbeTest {
  private static DeviceFacts device(int major, int minor, int driver) {
    return new DeviceFacts("T4", major, minor, 40, 65_536, 1L << 34, driver);
  }

  @Test
  void aDriverThatIsTooOldIsAReason() {
    assertThat(Probe.lacking(device(9, 0, 12_040), true))
        .hasValue("the driver is for CUDA 12.4 (expected: 13.0 or newer)");
  }

  @Test
  void aDeviceThatIsTooOldIsAReasonEvenWithACompiler() {
    assertThat(Probe.lacking(device(7, 5, 13_000), true))
        .hasValue("T4 has compute capability 7.5 (expected: 8.0 or higher)");
  }

  @Test
  void newerDevicesNeedTheCompiler() {
    assertThat(Probe.lacking(device(11, 0, 13_000), true)).isEmpty();
    assertThat(Probe.lacking(device(11, 0, 13_000), false))
        .hasValueSatisfying(why -> assertThat(why).contains("sm_110", "libnvrtc.so.13"));
    assertThat(Probe.lacking(device(9, 0, 13_000), false)).isEmpty();
  }
}
