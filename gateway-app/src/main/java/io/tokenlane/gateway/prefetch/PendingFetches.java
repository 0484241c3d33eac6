package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.state.StateFolder;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Endpoints whose time came ({@code prefetch.schedules}) and that were not fetched yet, in a file:
 * a gateway that is restarted while its link is cut still owes them. At most those of the schedules
 * are in it.
 */
final class PendingFetches {
  private static final Logger LOG = LoggerFactory.getLogger(PendingFetches.class);
  private static final String FILE = "pending-prefetches";

  private final Optional<Path> file;
  private final Set<String> known;
  private final Predicate<Runnable> writer;
  private final Set<String> pending = new LinkedHashSet<>();
  private boolean due;

  /**
   * @param folder where the file is kept; empty: nowhere
   * @param known endpoints that may be in it
   * @param writer takes a write of the file on, one after the other; false where it does not
   */
  PendingFetches(Optional<Path> folder, List<String> known, Predicate<Runnable> writer) {
    this.file = folder.map(path -> path.resolve(FILE));
    this.known = new LinkedHashSet<>(known);
    this.writer = writer;
  }

  /** What an earlier process left undone. */
  synchronized List<String> read() {
    file.filter(Files::exists)
        .ifPresent(
            path -> {
              try {
                List<String> lines = Files.readAllLines(path);
                known.stream().filter(e -> lines.contains(line(e))).forEach(pending::add);
              } catch (MalformedInputException strange) {
                LOG.warn("{}: not text (expected: a path a line); it is left out", path);
              } catch (IOException e) {
                LOG.warn("{}: {}", path, e.toString());
              }
            });
    return List.copyOf(pending);
  }

  /** The content of a query may go over several lines. */
  private static String line(String endpoint) {
    return endpoint.replaceAll("\\R", " ");
  }

  synchronized void add(List<String> endpoints) {
    if (pending.addAll(endpoints)) {
      keep();
    }
  }

  synchronized void done(String endpoint) {
    if (pending.remove(endpoint)) {
      keep();
    }
  }

  /** One write is enough for all changes before it. */
  private void keep() {
    if (file.isPresent() && !due) {
      due = true;
      due = writer.test(() -> write(file.get())) && due;
    }
  }

  /** As things stand now: an older state never follows a newer one. */
  private void write(Path path) {
    String now;
    synchronized (this) {
      due = false;
      now = pending.stream().map(PendingFetches::line).collect(Collectors.joining("\n"));
    }
    try {
      StateFolder.replace(path, now.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("{}: not kept: {}", path, e.toString());
    }
  }
}
