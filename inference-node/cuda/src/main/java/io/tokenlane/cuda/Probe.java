package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.BytedecoDriver;
import java.util.List;
import java.util.Optional;

/**
 * Whether CUDA runs on this machine, found out once. The driver's library is looked for by itself
 * first: JavaCPP would unpack its own before it noticed that it is missing, and a class that failed
 * to load once fails differently ever after.
 */
final class Probe {
  private static final List<String> LIBRARIES = List.of("libcuda.so.1", "libcudart.so.13");

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
        int built = KernelImages.builtFor(driver.device());
        return built > 0 || RuntimeCompiler.isThere()
            ? Optional.empty()
            : Optional.of(
                "no kernels for sm_%d and no libnvrtc.so.13 to compile them"
                    .formatted(driver.device().architecture()));
      } catch (LinkageError | RuntimeException e) {
        return Optional.of(firstLine(String.valueOf(e.getMessage())));
      }
    }
  }

  /** Why it does not run; empty if it does. */
  static Optional<String> unavailable() {
    return Answer.VALUE;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("no reason given");
  }
}
