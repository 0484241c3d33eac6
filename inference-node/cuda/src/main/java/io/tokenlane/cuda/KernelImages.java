package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The kernels as they lie in the jar: sources, and cubins for the architectures of {@link #BUILT}.
 */
final class KernelImages {
  /** Architectures with cubins, ascending. */
  static final List<Integer> BUILT = List.of(80, 86, 89, 90, 100, 120);

  /** What the sources include. */
  static final List<String> HEADERS =
      List.of("common.cuh", "heads.cuh", "held.cuh", "ready.cuh", "squares.cuh");

  private static final String FOLDER = "/kernels/";

  private KernelImages() {}

  /**
   * The architecture whose cubins run on a device: the same major number, and the highest minor
   * number that is not above the device's (CUDA C++ Programming Guide, binary compatibility).
   *
   * @return 0 if there is none
   */
  static int builtFor(DeviceFacts device) {
    return BUILT.stream()
        .filter(a -> a / 10 == device.major() && a % 10 <= device.minor())
        .reduce(0, Math::max);
  }

  /** Cubins for a device, or what the compiler of the machine makes for it. */
  static KernelSet.Images forDevice(DeviceFacts device) {
    int architecture = builtFor(device);
    return architecture > 0
        ? family -> cubin(architecture, family)
        : family -> RuntimeCompiler.compile(family, device.architecture());
  }

  static byte[] cubin(int architecture, String family) {
    return read("sm_%d/%s.cubin".formatted(architecture, family));
  }

  /** A source by its file's name. */
  static String source(String file) {
    return new String(read(file), StandardCharsets.UTF_8);
  }

  private static byte[] read(String name) {
    try (InputStream in = KernelImages.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("kernels/%s: not in the jar".formatted(name));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("kernels/" + name, e);
    }
  }
}
