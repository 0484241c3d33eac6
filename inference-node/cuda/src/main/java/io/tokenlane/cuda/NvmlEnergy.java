package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Nvml;
import io.tokenlane.engine.backend.DeviceEnergy;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * What the first GPU has taken, by NVIDIA's management library. The whole GPU's: a node has it to
 * itself. Counted by GPUs of Volta and later.
 */
public final class NvmlEnergy implements DeviceEnergy {

  @Override
  public String backend() {
    return CudaBackend.NAME;
  }

  @Override
  public String source() {
    return "nvml";
  }

  @Override
  public Optional<DoubleSupplier> counter() {
    return Libraries.isThere(Nvml.LIBRARY)
        ? Nvml.open().map(nvml -> nvml::joules)
        : Optional.empty();
  }
}
