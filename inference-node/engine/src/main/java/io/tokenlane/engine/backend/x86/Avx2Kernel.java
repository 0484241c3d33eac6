package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Multiplies with machine code assembled for AVX2. */
public final class Avx2Kernel implements Int8Kernel {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Set<String> NEEDED = Set.of("avx2", "fma", "f16c");

  /** The functions for 1 to 6 rows, assembled when this machine's first kernel is made. */
  private static final class Functions {
    private static final MemorySegment[] BY_ROWS = load();

    private static MemorySegment[] load() {
      byte[][] code = new byte[Int8Rows.TILE][];
      for (int i = 0; i < code.length; i++) {
        code[i] = TileCode.assemble(i + 1);
      }
      return MachineCode.load(code);
    }
  }

  private final TileCall call = new TileCall();

  /** Why it cannot run on this machine; empty where it can. */
  public static Optional<String> unavailable() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch");
    if (!os.equals("linux") || !cpu.equals("amd64")) {
      return Optional.of("%s %s (expected: linux amd64)".formatted(os, cpu));
    }
    return missing(NEEDED).or(Avx2Kernel::refused);
  }

  /** Which of these the CPU cannot do; empty if it can do all. */
  static Optional<String> missing(Set<String> needed) {
    try (var lines = Files.lines(CPU_INFO)) {
      Set<String> flags =
          lines
              .filter(line -> line.startsWith("flags"))
              .findFirst()
              .map(line -> List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
              .<Set<String>>map(HashSet::new)
              .orElse(Set.of());
      return flags.containsAll(needed)
          ? Optional.empty()
          : Optional.of("a CPU without " + String.join(", ", needed));
    } catch (IOException e) {
      return Optional.of("cannot read " + e.getMessage());
    }
  }

  private static Optional<String> refused() {
    try {
      return Functions.BY_ROWS.length == Int8Rows.TILE
          ? Optional.empty()
          : Optional.of("no functions");
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      return Optional.of("the system refuses memory for machine code");
    }
  }

  @Override
  public void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out) {
    call.multiply(Functions.BY_ROWS, new TileCall.Panels(weights, panel, panels, tile, out));
  }
}
