package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.BytedecoDriver;
import io.tokenlane.cuda.driver.DeviceFacts;
import java.util.List;
import java.util.Optional;

/**
 * Whether CUDA runs on this machine, found out once. The driver's library is looked for by itself
 * first: JavaCPP would unpack its own before it noticed that it is missing, and a class that failed
 * to load once fails differently ever after.
 */
final class Probe {
  private static final List<String> LIBRARIES = List.of("libcuda.so.1", "libcudart.so.13");

  /** CUDA 13.0, and compute capability 8.0. */
  private static final int LEAST_DRIVER = 13_000;

  private static final int LEAST_ARCHITECTURE = 80;

  private Probe() {}

  /** The answer, computed when it is first asked for. */
  private static final class Answer {
    static final Optional<String> VALUE = find();

    private static Optional<String> find() {
      String platform = System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "");
      if (!platform.equals("Linux amd64")) {
        return Optional.of("it runs on Linux x86-64 only, not on " + platform);
      }
      for (String library : LIBRARIES) {
        if (!Libraries.isThere(library)) {
          return Optional.of("no " + library);
        }
      }
      return start();
    }

    /** Starts the driver, to see what it says. */
    private static Optional<String> start() {
      try (BytedecoDriver driver = new BytedecoDriver()) {
        return lacking(driver.device(), RuntimeCompiler.isThere());
      } catch (LinkageError | RuntimeException e) {
        return Optional.of(firstLine(String.valueOf(e.getMessage())));
      }
    }
  }

  /**
   * What a device lacks; empty if nothing.
   *
   * @param compiler whether kernels can be compiled for it
   */
  static Optional<String> lacking(DeviceFacts device, boolean compiler) {
    int version = device.driverVersion();
    if (version < LEAST_DRIVER) {
      return Optional.of(
          "the driver is for CUDA %d.%d (expected: 13.0 or newer)"
              .formatted(version / 1000, version % 1000 / 10));
    }
    if (device.architecture() < LEAST_ARCHITECTURE) {
      return Optional.of(
          "%s has compute capability %d.%d (expected: 8.0 or higher)"
              .formatted(device.name(), device.major(), device.minor()));
    }
    return KernelImages.builtFor(device) > 0 || compiler
        ? Optional.empty()
        : Optional.of(
            "no kernels for sm_%d and no libnvrtc.so.13 to compile them"
                .formatted(device.architecture()));
  }

  /** Why it does not run; empty if it does. */
  static Optional<String> unavailable() {
    return Answer.VALUE;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("no reason given");
  }
}
