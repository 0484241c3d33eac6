package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;

/** Multiplies with machine code assembled for AVX-512 with VNNI. */
public final class Avx512Kernel implements Int8Kernel {
  private static final Set<String> NEEDED = Set.of("avx512f", "avx512bw", "avx512_vnni");

  /** The functions for 1 to 6 rows, assembled when this machine's first kernel is made. */
  private static final class Functions {
    private static final MemorySegment[] BY_ROWS = load();

    private static MemorySegment[] load() {
      byte[][] code = new byte[Int8Rows.TILE][];
      for (int i = 0; i < code.length; i++) {
        code[i] = WideTileCode.assemble(i + 1);
      }
      return MachineCode.load(code);
    }
  }

  private final TileCall call = new TileCall();

  /** Why it cannot run on this machine; empty where it can. */
  public static Optional<String> unavailable() {
    return Avx2Kernel.unavailable().or(() -> Avx2Kernel.missing(NEEDED));
  }

  @Override
  public void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out) {
    call.multiply(Functions.BY_ROWS, new TileCall.Panels(weights, panel, panels, tile, out));
  }
}
