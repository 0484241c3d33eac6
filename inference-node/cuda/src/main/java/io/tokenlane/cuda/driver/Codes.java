package io.tokenlane.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuGetErrorName;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** What the driver's functions return. */
final class Codes {
  private Codes() {}

  static void check(String call, int code) {
    if (code != 0) {
      throw new DriverException(
          "%s: CUDA error %d%s (expected: 0)".formatted(call, code, nameOf(code)));
    }
  }

  /** What the driver calls an error, in front of a space; empty if it does not know it. */
  private static String nameOf(int code) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      name.put(0, (BytePointer) null);
      return cuGetErrorName(code, name) == 0
          ? ", " + name.get(BytePointer.class, 0).getString(StandardCharsets.UTF_8)
          : "";
    }
  }
}
