package io.tokenlane.prefetch.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is one log's alone: two would delete each other's files. The operating system holds
 * the lock ({@code lock} in the folder) and ends it with the process, however that dies.
 */
final class FolderLock implements Closeable {
  private static final String NAME = "lock";

  private final FileChannel file;

  /**
   * Takes the folder.
   *
   * @throws FileSystemException if another log has it, in this process or another
   * @throws IOException if the lock's file cannot be opened
   */
  FolderLock(Path folder) throws IOException {
    FileChannel opened =
        FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!taken(opened)) {
      opened.close();
      throw new FileSystemException(folder.toString(), null, "another gateway writes there");
    }
    this.file = opened;
  }

  private static boolean taken(FileChannel file) throws IOException {
    try {
      @Nullable Object lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException here) {
      return false;
    } catch (IOException | RuntimeException failed) {
      file.close();
      throw failed;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
