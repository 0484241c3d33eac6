package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.backend.x86.WideTileCode.Ending;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sets of instructions that kernels are assembled for, the faster ones first. */
public enum Instructions {
  /** 512-bit vectors with multiply-add of four bytes. */
  AVX512_VNNI("AVX-512 VNNI"),

  /** 256-bit vectors. */
  AVX2("AVX2");

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Map<Instructions, Map<Ending, MemorySegment[]>> LOADED =
      new EnumMap<>(Instructions.class);

  private final String title;

  Instructions(String title) {
    this.title = title;
  }

  private List<String> flags() {
    return switch (this) {
      case AVX512_VNNI -> List.of("avx512f", "avx512bw", "avx512_vnni");
      case AVX2 -> List.of("avx2", "fma", "f16c");
    };
  }

  private byte[] assemble(int rows, Ending ending) {
    return switch (this) {
      case AVX512_VNNI -> WideTileCode.assemble(rows, ending);
      case AVX2 -> TileCode.assemble(rows);
    };
  }

  private int mostRows() {
    return switch (this) {
      case AVX512_VNNI -> Int8Rows.WIDE_TILE;
      case AVX2 -> Int8Rows.TILE;
    };
  }

  /** Endings that there is code for. */
  private List<Ending> endings() {
    return switch (this) {
      case AVX512_VNNI -> List.of(Ending.values());
      case AVX2 -> List.of(Ending.APART);
    };
  }

  /** Why they cannot be used on this machine; empty where they can. */
  public Optional<String> unavailable() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch");
    if (!os.equals("linux") || !cpu.equals("amd64")) {
      return Optional.of("%s %s (expected: linux amd64)".formatted(os, cpu));
    }
    return missingFlags().or(this::refused);
  }

  private Optional<String> missingFlags() {
    try (var lines = Files.lines(CPU_INFO)) {
      Set<String> has =
          lines
              .filter(line -> line.startsWith("flags"))
              .findFirst()
              .map(line -> List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
              .<Set<String>>map(HashSet::new)
              .orElse(Set.of());
      return has.containsAll(flags())
          ? Optional.empty()
          : Optional.of("a CPU without " + String.join(", ", flags()));
    } catch (IOException e) {
      return Optional.of("cannot read " + e.getMessage());
    }
  }

  private Optional<String> refused() {
    try {
      return !functions().isEmpty() ? Optional.empty() : Optional.of("no functions");
    } catch (IllegalStateException | ExceptionInInitializerError | NoClassDefFoundError e) {
      return Optional.of("the system refuses memory for machine code");
    }
  }

  /** The functions for 1 row and more, of each ending, assembled when they are first asked for. */
  Map<Ending, MemorySegment[]> functions() {
    synchronized (LOADED) {
      return LOADED.computeIfAbsent(this, Instructions::load);
    }
  }

  private static Map<Ending, MemorySegment[]> load(Instructions instructions) {
    Map<Ending, MemorySegment[]> functions = new EnumMap<>(Ending.class);
    for (Ending ending : instructions.endings()) {
      byte[][] code = new byte[instructions.mostRows()][];
      for (int i = 0; i < code.length; i++) {
        code[i] = instructions.assemble(i + 1, ending);
      }
      functions.put(ending, MachineCode.load(code));
    }
    return functions;
  }

  /** Their name, for people. */
  @Override
  public String toString() {
    return title;
  }
}
