package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.state.StateFolder;
import io.tokenlane.prefetch.predict.Foresight;
import io.tokenlane.prefetch.predict.Habits;
import io.tokenlane.prefetch.predict.HabitsFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where what a {@link Foresight} has learnt outlives its process, if anywhere. */
final class Memory {
  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
  private static final long LARGEST_BYTES = 256L << 20;

  private final @Nullable Path file;

  Memory(@Nullable Path file) {
    this.file = file;
  }

  /** Begins with what was kept; with nothing where that cannot be read. */
  void recall(Foresight foresight) {
    if (file == null || !Files.exists(file)) {
      return;
    }
    try {
      foresight.recall(read(file), Ahead.now(), System.currentTimeMillis());
    } catch (IOException e) {
      LOG.warn("prefetch.foresight.file: {}: {}; it learns anew", file, e.getMessage());
    }
  }

  private static Habits read(Path file) throws IOException {
    if (Files.size(file) > LARGEST_BYTES) {
      throw new IOException("larger than " + LARGEST_BYTES + " bytes (expected: at most)");
    }
    return HabitsFormat.decode(Files.readAllBytes(file));
  }

  /** Writes, and waits for the disk: nothing for a thread that others wait for. */
  synchronized void keep(Habits habits) {
    if (file == null) {
      return;
    }
    try {
      StateFolder.replace(file, HabitsFormat.encode(habits));
    } catch (IOException e) {
      LOG.warn("prefetch.foresight.file: {} cannot be written: {}", file, e.toString());
    }
  }
}
