package io.tokenlane.prefetch.disk;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.cache.ChangeListener;
import io.tokenlane.prefetch.cache.Selection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A cache's answers on disk: a log of what was stored and forgotten, written by a thread of its
 * own, that begins with a snapshot and is replaced by a new one before it reaches its bound.
 *
 * <p>A crash at any byte leaves a log whose whole entries are read again; what came last, and was
 * not on the disk yet, is lost. Damage that no crash explains makes the whole log unread, since it
 * may have hidden what was to be forgotten. So does another version of the format, or a change of
 * the settings that decide who may have an answer. No request waits: where the disk is too slow,
 * answers are left out, and what is forgotten is never left out. Where it fails, the log is deleted
 * and begun again half a minute later. Thread-safe.
 */
public final class DiskLog implements ChangeListener, AutoCloseable {
  /** Bytes of answers that may wait for the disk. */
  private static final long MOST_WAITING_BYTES = 16 << 20;

  /** Texts that may wait; beyond that the log is begun anew. */
  private static final int MOST_WAITING = 100_000;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final FolderLock lock;
  private final LogFile file;
  private final long maxBytes;
  private final AnswerCache cache;
  private final AnswerFormat format;
  private final LongSupplier nanoClock;
  private final LinkedBlockingQueue<Event> waiting = new LinkedBlockingQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Thread writer;
  private volatile boolean anew;
  private volatile boolean closed;
  private final AtomicLong size = new AtomicLong();
  private volatile @Nullable String lastFailure;
  private @Nullable FileChannel log;
  private @Nullable IOException unread;
  private long retryAtNanos;

  /** Something to be written; an answer is encoded by the writer. */
  private record Event(
      Frame.@Nullable Kind kind, String text, @Nullable Answer answer, boolean last) {
    /** Nothing follows. */
    static final Event END = new Event(null, "", null, true);

    /** Nothing to write: the log is begun anew. */
    static final Event ANEW = new Event(null, "", null, false);

    Event(Frame.Kind kind, String text, @Nullable Answer answer) {
      this(kind, text, answer, false);
    }
  }

  /**
   * Reads what is in {@code folder} into {@code cache}, then keeps the folder up to date.
   *
   * @param maxBytes bound of the files together, &gt; 0; four times the cache's own bound lets it
   *     keep everything and write little twice
   * @param settings what decides who may have an answer: a log of other settings is not read
   * @throws IOException if the folder cannot be made or written, or is another log's
   */
  public DiskLog(
      Path folder, long maxBytes, String settings, AnswerCache cache, AnswerFormat format)
      throws IOException {
    if (maxBytes <= 0) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: > 0)");
    }
    this.file = new LogFile(folder, settings);
    this.lock = new FolderLock(folder);
    this.maxBytes = maxBytes;
    this.cache = cache;
    this.format = format;
    this.nanoClock = cache::nowNanos;
    load();
    cache.observe(this);
    this.writer = Thread.ofPlatform().daemon().name("cache-log").unstarted(this::write);
    writer.start();
  }

  private void load() throws IOException {
    try {
      if (!file.read(this::apply)) {
        cache.restart();
      }
    } catch (IOException failed) {
      cache.restart();
      unread = failed;
    } catch (RuntimeException failed) {
      lock.close();
      throw failed;
    }
  }

  /** Why nothing of an earlier run could be read; null where it could. */
  public @Nullable IOException unread() {
    return unread;
  }

  private void apply(Frame frame) {
    switch (frame.kind()) {
      case STORED ->
          format
              .decode(frame.content())
              .ifPresent(stored -> cache.restore(stored.key(), stored.answer()));
      case DROPPED -> cache.drop(text(frame));
      case FORGOTTEN -> cache.unload(text(frame));
      case CLEARED -> cache.restart();
    }
  }

  private static String text(Frame frame) {
    return StandardCharsets.UTF_8.decode(frame.content().duplicate()).toString();
  }

  @Override
  public void stored(String key, Answer answer) {
    int weight = answer.body().remaining();
    if (waitingBytes.addAndGet(weight) > MOST_WAITING_BYTES) {
      waitingBytes.addAndGet(-weight);
      dropped(key);
    } else {
      add(new Event(Frame.Kind.STORED, key, answer));
    }
  }

  @Override
  public void dropped(String key) {
    add(new Event(Frame.Kind.DROPPED, key, null));
  }

  @Override
  public void forgotten(String group) {
    add(new Event(Frame.Kind.FORGOTTEN, group, null));
  }

  /** What has left the memory may lie in the log: a new one begins with what is in memory. */
  @Override
  public void forgotten(Selection selected, Set<String> groups) {
    anew = true;
    add(Event.ANEW);
  }

  @Override
  public void cleared() {
    add(new Event(Frame.Kind.CLEARED, "", null));
  }

  private void add(Event event) {
    if (waiting.size() < MOST_WAITING) {
      waiting.add(event);
    } else {
      release(event);
      anew = true;
    }
  }

  private void release(Event event) {
    Answer answer = event.answer();
    if (answer != null) {
      waitingBytes.addAndGet(-answer.body().remaining());
    }
  }

  private void write() {
    List<Event> batch = new ArrayList<>();
    boolean going = true;
    begin();
    while (going) {
      try {
        batch.add(waiting.take());
      } catch (InterruptedException stopped) {
        return;
      }
      waiting.drainTo(batch);
      going = batch.stream().noneMatch(Event::last);
      write(batch);
      batch.clear();
    }
    end();
    unlock();
  }

  private void unlock() {
    try {
      lock.close();
    } catch (IOException failed) {
      lastFailure = String.valueOf(failed.getMessage());
    }
  }

  private void write(List<Event> batch) {
    try {
      if (log == null || anew) {
        batch.forEach(this::release);
        beginAgain();
        return;
      }
      for (Event event : batch) {
        release(event);
        Frame.Kind kind = event.kind();
        if (kind != null) {
          append(log, frame(kind, event));
        }
      }
      log.force(false);
      if (size.get() > maxBytes / 2) {
        begin();
      }
    } catch (IOException failed) {
      give(failed);
    }
  }

  private Frame frame(Frame.Kind kind, Event event) {
    Answer answer = event.answer();
    return new Frame(
        kind,
        answer == null
            ? ByteBuffer.wrap(event.text().getBytes(StandardCharsets.UTF_8))
            : format.encode(event.text(), answer));
  }

  private void append(FileChannel to, Frame frame) throws IOException {
    ByteBuffer[] parts = {frame.head(), frame.content().duplicate()};
    long left = frame.bytes();
    while (left > 0) {
      left -= to.write(parts);
    }
    size.addAndGet(frame.bytes());
  }

  /** A file of its own for what is stored now; what has changed since follows in the queue. */
  private void begin() {
    try {
      FileChannel old = log;
      size.set(0);
      if (anew) {
        anew = false;
        forgetWaiting();
      }
      log = file.replace(this::snapshot);
      if (old != null) {
        old.close();
      }
      lastFailure = null;
    } catch (IOException failed) {
      give(failed);
    }
  }

  /**
   * What waits is told by what is in memory, and was before something that is not in the queue: it
   * must not come behind that.
   */
  private void forgetWaiting() {
    List<Event> all = new ArrayList<>();
    waiting.drainTo(all);
    all.forEach(this::release);
    all.stream().filter(Event::last).forEach(waiting::add);
  }

  private void snapshot(FileChannel to) throws IOException {
    for (Map.Entry<String, Answer> stored : cache.hottest().entrySet()) {
      Frame frame = new Frame(Frame.Kind.STORED, format.encode(stored.getKey(), stored.getValue()));
      if (size.get() + frame.bytes() > maxBytes / 4) {
        return;
      }
      append(to, frame);
    }
  }

  private void beginAgain() {
    if (anew || nanoClock.getAsLong() - retryAtNanos >= 0) {
      begin();
    }
  }

  /** A log that cannot be kept up to date must not be read again. */
  private void give(IOException failed) {
    lastFailure = String.valueOf(failed.getMessage());
    retryAtNanos = nanoClock.getAsLong() + RETRY_NANOS;
    end();
    try {
      file.deleteAll();
    } catch (IOException alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  private void end() {
    FileChannel open = log;
    log = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException failed) {
        lastFailure = String.valueOf(failed.getMessage());
      }
    }
  }

  /** Bytes in the file, not counting what waits. */
  public long sizeBytes() {
    return size.get();
  }

  /** Why the log is not being written; null where it is. */
  public @Nullable String lastFailure() {
    return lastFailure;
  }

  /** Writes what waits and ends. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    cache.unobserve(this);
    waiting.add(Event.END);
    try {
      writer.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while writing", stopped));
    }
  }
}
