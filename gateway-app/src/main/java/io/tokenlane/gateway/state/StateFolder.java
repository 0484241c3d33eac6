package io.tokenlane.gateway.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * Files whose content is whole at any moment: what a crash leaves is the older or the newer one.
 */
public final class StateFolder {
  /** The environment variable that names the folder; without it nothing is kept. */
  public static final String VARIABLE = "TOKENLANE_STATE_DIR";

  private StateFolder() {}

  /** The folder; empty where none is named. */
  public static Optional<Path> of(Map<String, String> environment) {
    return Optional.of(environment.getOrDefault(VARIABLE, ""))
        .filter(folder -> !folder.isBlank())
        .map(Path::of);
  }

  /**
   * Writes beside the file, readable by its owner alone, forces that to the disk, and puts it in
   * the older one's place. Makes the folder where it is missing.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = Files.createTempFile(folder, file.getFileName().toString(), ".new");
    try {
      force(next, content);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  private static void force(Path next, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }
}
