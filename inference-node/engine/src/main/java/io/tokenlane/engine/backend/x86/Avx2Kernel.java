package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final int ARGUMENTS = 7;
  private static final int PAIRS_TO_TURNS = 2 * TileCode.UNROLLED;

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

  private final MemorySegment arguments =
      Arena.ofAuto().allocate((long) ARGUMENTS * Long.BYTES, 64);

  /** Why it cannot run on this machine; empty where it can. */
  public static Optional<String> unavailable() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch");
    if (!os.equals("linux") || !cpu.equals("amd64")) {
      return Optional.of("%s %s (expected: linux amd64)".formatted(os, cpu));
    }
    return missingFlags().or(Avx2Kernel::refused);
  }

  private static Optional<String> missingFlags() {
    try (var lines = Files.lines(CPU_INFO)) {
      Set<String> flags =
          lines
              .filter(line -> line.startsWith("flags"))
              .findFirst()
              .map(line -> List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
              .<Set<String>>map(HashSet::new)
              .orElse(Set.of());
      return flags.containsAll(NEEDED)
          ? Optional.empty()
          : Optional.of("a CPU without " + String.join(", ", NEEDED));
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
    Int8Rows rows = tile.rows();
    MemorySegment memory = weights.memory();
    argument(0, memory.address() + panel * weights.panelBytes());
    argument(1, rows.values().address() + rows.valuesOf(tile.index()));
    argument(2, rows.scales().address() + rows.scalesOf(tile.index()));
    argument(3, out.address());
    argument(4, panels);
    argument(5, weights.groups());
    argument(6, weights.group() / PAIRS_TO_TURNS);
    MachineCode.call(Functions.BY_ROWS[tile.count() - 1], arguments);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
