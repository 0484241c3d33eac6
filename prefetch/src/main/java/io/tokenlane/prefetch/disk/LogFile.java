package io.tokenlane.prefetch.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The files of one log, {@code answers-N.log}: the highest number counts. A new one is written
 * beside it, forced to the disk, and only then given its name, so that there is a whole one at any
 * time. Its first bytes tell the format and a hash of the settings it was written under.
 */
final class LogFile {
  private static final byte[] MAGIC = "TLCACHE1".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_BYTES = 32;
  private static final int WINDOW_BYTES = 256 << 20;
  private static final String BEGIN = "answers-";
  private static final String END = ".log";

  private final Path folder;
  private final byte[] settings;

  LogFile(Path folder, String settings) throws IOException {
    this.folder = folder;
    this.settings = sha256(settings);
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      owner(folder, "rwx------");
    }
  }

  private static void owner(Path path, String rights) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** The numbered files, oldest first. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(
          all.filter(file -> number(file) > 0)
              .sorted(Comparator.comparingLong(LogFile::number))
              .toList());
    }
  }

  private static long number(Path file) {
    String name = file.getFileName().toString();
    boolean ours = name.startsWith(BEGIN) && name.endsWith(END);
    String digits = ours ? name.substring(BEGIN.length(), name.length() - END.length()) : "";
    return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
  }

  /**
   * Gives what was written to {@code reader}, in its order.
   *
   * @return false where there is damage in it: nothing of it may be used then, since what would
   *     have been forgotten behind it is not known
   */
  boolean read(Consumer<Frame> reader) throws IOException {
    List<Path> files = files();
    if (files.isEmpty()) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(files.getLast(), StandardOpenOption.READ)) {
      Bytes mapped = (from, length) -> channel.map(MapMode.READ_ONLY, from, length);
      return read(mapped, channel.size(), WINDOW_BYTES, reader);
    }
  }

  /** A log's bytes. */
  @FunctionalInterface
  interface Bytes {
    /** The {@code length} bytes from {@code from} on. */
    ByteBuffer at(long from, long length) throws IOException;
  }

  /**
   * The same of a log's bytes.
   *
   * @param width of what is looked at in one go, in bytes: a buffer holds less than 2 GB, a file
   *     may hold more; doubled for a frame that does not fit
   */
  boolean read(Bytes log, long size, int width, Consumer<Frame> reader) throws IOException {
    long at = (long) MAGIC.length + HASH_BYTES;
    if (size < at || !begins(log.at(0, at))) {
      return false;
    }
    while (true) {
      ByteBuffer window = log.at(at, Math.min(width, size - at));
      boolean last = at + window.limit() == size;
      if (!readWhole(window, reader)) {
        return false;
      }
      if (last) {
        return true;
      }
      if (window.position() > 0) {
        at += window.position();
      } else if (width < Integer.MAX_VALUE) {
        width = (int) Math.min(Integer.MAX_VALUE, 2L * width);
      } else {
        return false;
      }
    }
  }

  /** Reads up to what is not there as a whole; false where there is damage. */
  private static boolean readWhole(ByteBuffer window, Consumer<Frame> reader) {
    while (true) {
      switch (Frame.read(window)) {
        case Frame.Whole whole -> reader.accept(whole.frame());
        case Frame.Torn torn -> {
          return true;
        }
        case Frame.Damaged damaged -> {
          return false;
        }
      }
    }
  }

  private boolean begins(ByteBuffer log) {
    byte[] begin = new byte[MAGIC.length + HASH_BYTES];
    log.get(begin);
    byte[] wanted = new byte[begin.length];
    ByteBuffer.wrap(wanted).put(MAGIC).put(settings);
    return MessageDigest.isEqual(begin, wanted);
  }

  /** Writes what a new file begins with. */
  @FunctionalInterface
  interface Snapshot {
    void write(FileChannel channel) throws IOException;
  }

  /** A file that begins with {@code snapshot} and replaces all earlier ones; open for more. */
  FileChannel replace(Snapshot snapshot) throws IOException {
    List<Path> old = files();
    long number = old.isEmpty() ? 1 : number(old.getLast()) + 1;
    Path draft = folder.resolve("draft");
    FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      owner(draft, "rw-------");
      channel.write(ByteBuffer.wrap(MAGIC));
      channel.write(ByteBuffer.wrap(settings));
      snapshot.write(channel);
      channel.force(true);
      Files.move(draft, folder.resolve(BEGIN + number + END), StandardCopyOption.ATOMIC_MOVE);
      forceFolder();
      for (Path file : old) {
        Files.deleteIfExists(file);
      }
      return channel;
    } catch (IOException | RuntimeException failed) {
      channel.close();
      Files.deleteIfExists(draft);
      throw failed;
    }
  }

  /** A name is on the disk when its folder is. */
  private void forceFolder() throws IOException {
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }

  /** Deletes all: what cannot be kept up to date must not be read again. */
  void deleteAll() throws IOException {
    for (Path file : files()) {
      Files.deleteIfExists(file);
    }
  }
}
