package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Trees of files. */
final class Folders {
  private Folders() {}

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    for (Path path : all(folder).sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(path);
    }
  }

  /** Copies a file, following links, and makes the folders it lies in. */
  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Regular files, sorted by path. */
  static List<Path> files(Path folder) throws IOException {
    return all(folder).filter(Files::isRegularFile).sorted().toList();
  }

  /** Gives all files the same time, as they will have it in the image. */
  static void stamp(Path folder, Instant time) throws IOException {
    for (Path file : files(folder)) {
      Files.setLastModifiedTime(file, FileTime.from(time));
    }
  }

  private static Stream<Path> all(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.toList().stream();
    }
  }
}
