package io.tokenlane.cuda.driver;

import static org.bytedeco.cuda.global.nvml.NVML_SUCCESS;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetHandleByIndex_v2;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetTotalEnergyConsumption;
import static org.bytedeco.cuda.global.nvml.nvmlInit_v2;

import java.util.Optional;
import org.bytedeco.cuda.nvml.nvmlDevice_st;

/**
 * The energy counter of the first GPU that this process sees, through Bytedeco's preset of NVIDIA's
 * management library. As with the driver, no more functions are called than are imported above. In
 * a container the library sees the GPUs that the container was given, as CUDA does; {@code
 * CUDA_VISIBLE_DEVICES} it does not heed.
 */
public final class Nvml {
  /** The driver's part that it needs. */
  public static final String LIBRARY = "libnvidia-ml.so.1";

  private static final double MILLI = 1e-3;

  private final nvmlDevice_st device;

  private Nvml(nvmlDevice_st device) {
    this.device = device;
  }

  /** Empty where there is no such GPU, or it does not count. */
  public static Optional<Nvml> open() {
    try {
      nvmlDevice_st device = new nvmlDevice_st();
      if (nvmlInit_v2() != NVML_SUCCESS
          || nvmlDeviceGetHandleByIndex_v2(0, device) != NVML_SUCCESS) {
        return Optional.empty();
      }
      Nvml nvml = new Nvml(device);
      return Double.isNaN(nvml.joules()) ? Optional.empty() : Optional.of(nvml);
    } catch (LinkageError | RuntimeException notUsable) {
      return Optional.empty();
    }
  }

  /** Since the driver was loaded; NaN where it does not tell. Any thread may ask. */
  public double joules() {
    long[] millijoules = new long[1];
    return nvmlDeviceGetTotalEnergyConsumption(device, millijoules) == NVML_SUCCESS
        ? millijoules[0] * MILLI
        : Double.NaN;
  }
}
