package io.tokenlane.cuda;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The CUDA backend on the emulated device. The number of threads that the contract varies is here
 * the order in which a block's threads take turns, which must not change results either.
 */
public final class EmulatedProvider implements BackendProvider {

  @Override
  public String name() {
    return CudaBackend.NAME;
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public Backend create(BackendOptions options) {
    EmulatedDriver driver = new EmulatedDriver((options.threads() - 1) % 3);
    KernelSet kernels = new KernelSet(driver, family -> new byte[0]);
    return new CudaBackend(driver, kernels, options.weights(), null, false, options.tuned());
  }

  /** Kernels whose name fits a regular expression that did not run yet. */
  public static List<String> notRun(String name) {
    return Stream.of(Kernel.values())
        .filter(kernel -> kernel.symbol().matches(name) && !KernelLibrary.get().ran(kernel))
        .map(Kernel::symbol)
        .toList();
  }
}
