package io.tokenlane.gateway.prefetch;

import io.tokenlane.prefetch.predict.Foresight;
import io.tokenlane.prefetch.predict.Habits;
import io.tokenlane.prefetch.predict.HabitsFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where what a {@link Foresight} has learnt outlives its process, if anywhere. */
final class Memory {
  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

  private final @Nullable Path file;

  Memory(@Nullable Path file) {
    this.file = file;
  }

  /** Begins with what was kept; with nothing where that cannot be read. */
  void recall(Foresight foresight) {
    if (file == null) {
      return;
    }
    try {
      new HabitsFile(file)
          .read()
          .ifPresent(habits -> foresight.recall(habits, Ahead.now(), System.currentTimeMillis()));
    } catch (IOException e) {
      LOG.warn("prefetch.foresight.file: {}; it learns anew", e.getMessage());
    }
  }

  void keep(Habits habits) {
    if (file == null) {
      return;
    }
    try {
      new HabitsFile(file).write(habits);
    } catch (IOException e) {
      LOG.warn("prefetch.foresight.file: {} cannot be written: {}", file, e.getMessage());
    }
  }
}
