package io.tokenlane.engine.checkpoint;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How messages name files. */
final class FileNames {
  private FileNames() {}

  /** The file behind its folder, such as {@code my-model/config.json}. */
  static String of(Path path) {
    int names = path.getNameCount();
    return names <= 2 ? path.toString() : path.subpath(names - 2, names).toString();
  }

  static CheckpointException unreadable(String file, IOException cause) {
    String why =
        cause instanceof NoSuchFileException ? "no such file" : String.valueOf(cause.getMessage());
    return new CheckpointException(file + ": " + why + " (expected: a readable file)", cause);
  }
}
