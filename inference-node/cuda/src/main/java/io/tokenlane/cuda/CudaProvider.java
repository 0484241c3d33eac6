package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.BytedecoDriver;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import java.util.Optional;

/** Makes the CUDA backend, where a device, a driver and kernels for it are found. */
public final class CudaProvider implements BackendProvider {

  @Override
  public String name() {
    return CudaBackend.NAME;
  }

  @Override
  public int preference() {
    return 20;
  }

  @Override
  public Optional<String> unavailable() {
    return Probe.unavailable();
  }

  /**
   * Starts it.
   *
   * @throws IllegalStateException if it cannot run here; the message says why
   */
  @Override
  public Backend create(BackendOptions options) {
    unavailable()
        .ifPresent(
            why -> {
              throw new IllegalStateException("backend: cuda cannot run: " + why);
            });
    Driver driver = new BytedecoDriver();
    KernelSet kernels = new KernelSet(driver, KernelImages.forDevice(driver.device()));
    return new CudaBackend(
        driver, kernels, options.weights(), null, options.blas(), options.tuned());
  }
}
