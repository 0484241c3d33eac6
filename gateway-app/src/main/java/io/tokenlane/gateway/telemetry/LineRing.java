package io.tokenlane.gateway.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lines on their way to a file: a bounded ring without locks that request threads put into, and one
 * thread of its own that renders and writes. Putting never waits, wakes nobody and makes no system
 * call. Where the file does not keep up, ordinary lines are dropped when the ring is three quarters
 * full, important ones when it is full; both are counted.
 */
final class LineRing implements AutoCloseable {
  /** Rendered on the writer's thread, so it must not change after it was offered. */
  interface Line {
    /** Writes one value. */
    void render(LineBytes json);
  }

  /** Opens what is written to; called on the writer's thread, and may block. */
  interface Sink {
    WritableByteChannel open() throws IOException;
  }

  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(320);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FAREWELL_MILLIS = 1_000;

  /** Once it holds as much a batch is written. */
  private static final int BATCH_BYTES = 32 * 1024;

  private final MpscAtomicArrayQueue<Line> ring;
  private final int ordinaryRoom;
  private final Sink sink;
  private final Thread writer;
  private final LongAdder droppedOrdinary = new LongAdder();
  private final LongAdder droppedImportant = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder written = new LongAdder();
  private volatile boolean closing;

  /** The writer looks seldom where little comes: a burst has to wake it. */
  private volatile boolean resting;

  private @Nullable WritableByteChannel channel;
  private final LineBytes batch = new LineBytes();

  /**
   * Starts the writer.
   *
   * @param capacity lines in the ring; a power of two, or the next one is taken
   */
  LineRing(String name, int capacity, Sink sink) {
    this.ring = new MpscAtomicArrayQueue<>(capacity);
    this.ordinaryRoom = ring.capacity() / 4 * 3;
    this.sink = sink;
    this.writer = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /** Puts a line in, or drops and counts it. */
  void offer(Line line, boolean important) {
    if (important) {
      if (!ring.offer(line)) {
        droppedImportant.increment();
      }
    } else {
      int held = ring.size();
      if (held >= ordinaryRoom || !ring.offer(line)) {
        droppedOrdinary.increment();
      } else if (resting && held >= ordinaryRoom / 2) {
        LockSupport.unpark(writer);
      }
    }
  }

  private void run() {
    long idle = IDLE_NANOS;
    while (!closing || !ring.isEmpty()) {
      Line first = ring.poll();
      if (first == null) {
        resting = true;
        LockSupport.parkNanos(idle);
        resting = false;
        idle = Math.min(2 * idle, LONGEST_IDLE_NANOS);
      } else {
        idle = IDLE_NANOS;
        write(first);
      }
    }
    closeChannel();
  }

  private void write(Line first) {
    batch.reset();
    int lines = 0;
    for (Line line = first; line != null; line = batch.size() < BATCH_BYTES ? ring.poll() : null) {
      line.render(batch);
      batch.newline();
      lines++;
    }
    try {
      WritableByteChannel open = channel();
      for (ByteBuffer bytes = batch.bytes(); bytes.hasRemaining(); ) {
        open.write(bytes);
      }
      written.add(lines);
    } catch (IOException diskFull) {
      lost.add(lines);
      closeChannel();
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private WritableByteChannel channel() throws IOException {
    WritableByteChannel open = channel;
    if (open == null) {
      open = sink.open();
      channel = open;
    }
    return open;
  }

  private void closeChannel() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException alreadyBroken) {
      lost.increment();
    }
    channel = null;
  }

  /** Lines waiting. */
  int size() {
    return ring.size();
  }

  long droppedOrdinary() {
    return droppedOrdinary.sum();
  }

  long droppedImportant() {
    return droppedImportant.sum();
  }

  /** Lines that the file refused, as where the disk is full. */
  long lost() {
    return lost.sum();
  }

  long written() {
    return written.sum();
  }

  /** Writes what waits, within a second; a file that blocks is left behind. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(writer);
    try {
      writer.join(FAREWELL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
