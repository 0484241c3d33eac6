package io.tokenlane.cuda;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * CUDA's libraries by their file names: those of the machine first, then those that the profile
 * {@code cuda-redist} adds to the class path.
 */
final class Libraries {
  private static final String FOLDER = "/org/bytedeco/cuda/linux-x86_64/";

  private Libraries() {}

  /** Whether there is such a library, of which kind ever. */
  static boolean isThere(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return find(name, arena).isPresent() || isPacked(name);
    }
  }

  private static boolean isPacked(String name) {
    return Libraries.class.getResource(FOLDER + name) != null;
  }

  /**
   * Opens a library for as long as the arena lives.
   *
   * @param others libraries that it looks for by their names; they are opened before it, as nothing
   *     leads from it to where they lie
   * @return empty if there is none that can be opened
   */
  static Optional<SymbolLookup> open(String name, Arena arena, String... others) {
    Optional<SymbolLookup> found = find(name, arena);
    if (found.isPresent() || !isPacked(name)) {
      return found;
    }
    try {
      for (String other : others) {
        unpacked(other, arena);
      }
      return unpacked(name, arena);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<SymbolLookup> unpacked(String name, Arena arena) throws IOException {
    File file = Loader.cacheResource(FOLDER + name);
    return file == null ? Optional.empty() : find(file.getPath(), arena);
  }

  @SuppressWarnings("restricted") // CUDA's libraries, looked for by their names
  private static Optional<SymbolLookup> find(String name, Arena arena) {
    try {
      return Optional.of(SymbolLookup.libraryLookup(name, arena));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
