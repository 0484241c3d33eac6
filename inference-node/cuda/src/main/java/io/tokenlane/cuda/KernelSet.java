package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** All kernels, loaded on a device. */
final class KernelSet {
  private final Map<Kernel, Long> functions = new EnumMap<>(Kernel.class);

  /** Gives the compiled kernels of a family. */
  interface Images {
    byte[] image(String family);
  }

  KernelSet(Driver driver, Images images) {
    Map<String, Long> modules = new HashMap<>();
    for (Kernel kernel : Kernel.values()) {
      long module =
          modules.computeIfAbsent(kernel.family(), name -> driver.load(images.image(name)));
      long function = driver.function(module, kernel.symbol());
      if (kernel.family().equals(Tile.FAMILY)) {
        driver.takeShared(function, Tile.mostShared(driver.device()));
      }
      functions.put(kernel, function);
    }
  }

  long function(Kernel kernel) {
    return Objects.requireNonNull(functions.get(kernel), kernel.symbol());
  }
}
