package io.tokenlane.prefetch.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way, read by many at once, each at its own pace: a reader begins with the first
 * chunk, whenever it comes.
 *
 * <p>Up to a limit everything is kept and the source runs ahead of its readers. A longer body is
 * kept no more: there are no new readers, the source waits until the foremost reader is at the end,
 * and a reader further behind than twice the limit is cut off rather than held in memory.
 * Thread-safe; no callback is made while the lock is held.
 */
public final class Passage {

  /** Whence the chunks come. */
  public interface Source {
    /** A reader has come to the end of a passage that is not kept: send one chunk. */
    void wanted();

    /** The last reader has gone before the end. */
    void deserted();
  }

  private final long limit;
  private final Source source;
  private final List<Reader> readers = new ArrayList<>();
  private @Nullable Link first;
  private Link last;
  private long total;
  private boolean ended;
  private @Nullable Throwable failure;

  /** An empty passage that keeps up to {@code limit} bytes. */
  public Passage(long limit, Source source) {
    this.limit = limit;
    this.source = source;
    this.last = new Link(ByteBuffer.allocate(0));
    this.first = last;
  }

  /** One chunk, and what follows it. */
  private static final class Link {
    private final ByteBuffer chunk;
    private @Nullable Link next;

    Link(ByteBuffer chunk) {
      this.chunk = chunk;
    }
  }

  /** Adds a chunk; its bytes must not change any more. */
  public void add(ByteBuffer chunk) {
    List<Reader> woken;
    synchronized (this) {
      Link link = new Link(chunk.asReadOnlyBuffer());
      last.next = link;
      last = link;
      total += chunk.remaining();
      if (total > limit) {
        first = null;
        readers.forEach(Reader::cutIfBehind);
      }
      woken = List.copyOf(readers);
    }
    woken.forEach(Reader::wake);
  }

  /** All chunks are there. */
  public void end() {
    settle(null);
  }

  /** No chunk will follow, though some are missing. */
  public void fail(Throwable why) {
    settle(why);
  }

  private void settle(@Nullable Throwable why) {
    List<Reader> woken;
    synchronized (this) {
      ended = true;
      failure = why;
      woken = List.copyOf(readers);
    }
    woken.forEach(Reader::wake);
  }

  /** Keeps nothing from now on: who reads, reads on, and nobody begins. */
  public synchronized void passBy() {
    first = null;
  }

  /** Whether the source should send a chunk now, without having been asked. */
  public synchronized boolean wantsMore() {
    return first != null || readers.stream().anyMatch(reader -> reader.at == last);
  }

  /** Whether the passage still has its first chunk. */
  public synchronized boolean kept() {
    return first != null;
  }

  /** Whether anybody is reading it. */
  public synchronized boolean isRead() {
    return !readers.isEmpty();
  }

  /** All that has passed, copied off the heap once; empty where it is not kept. */
  public Optional<ByteBuffer> soFar() {
    return soFarWith(ByteBuffer.allocate(0));
  }

  /** The same and one more chunk, which no reader has seen yet. */
  public synchronized Optional<ByteBuffer> soFarWith(ByteBuffer last) {
    if (first == null || failure != null || total + last.remaining() > limit) {
      return Optional.empty();
    }
    ByteBuffer body = ByteBuffer.allocateDirect((int) total + last.remaining());
    for (Link link = first; link != null; link = link.next) {
      body.put(link.chunk.duplicate());
    }
    return Optional.of(body.put(last.duplicate()).flip());
  }

  /**
   * A reader that begins with the first chunk; empty where that is gone.
   *
   * @param wake called from any thread when there may be more to read
   */
  public synchronized Optional<Reader> read(Runnable wake) {
    if (first == null) {
      return Optional.empty();
    }
    Reader reader = new Reader(first, wake);
    readers.add(reader);
    return Optional.of(reader);
  }

  /** One way along the passage. */
  public final class Reader {
    private final Runnable wake;
    private Link at;
    private long position;
    private boolean cut;

    private Reader(Link at, Runnable wake) {
      this.at = at;
      this.wake = wake;
    }

    /**
     * The next chunk; null where there is none now.
     *
     * @throws IOException where the reader was too far behind and has been cut off
     */
    public @Nullable ByteBuffer next() throws IOException {
      synchronized (Passage.this) {
        if (cut) {
          throw new IOException(
              "reader more than " + 2 * limit + " bytes behind (expected: closer)");
        }
        Link next = at.next;
        if (next != null) {
          at = next;
          position += next.chunk.remaining();
          return next.chunk.duplicate();
        }
        if (ended || first != null) {
          return null;
        }
      }
      source.wanted();
      return null;
    }

    /** Whether all has been read. */
    public boolean ended() {
      synchronized (Passage.this) {
        return ended && at.next == null;
      }
    }

    /** Why the passage broke off; null where it did not. */
    public @Nullable Throwable failure() {
      synchronized (Passage.this) {
        return failure;
      }
    }

    /** Reads no more. */
    public void close() {
      boolean deserted;
      synchronized (Passage.this) {
        deserted = readers.remove(this) && readers.isEmpty() && !ended;
      }
      if (deserted) {
        source.deserted();
      }
    }

    private void wake() {
      wake.run();
    }

    private void cutIfBehind() {
      cut |= total - position > 2 * limit;
    }
  }
}
