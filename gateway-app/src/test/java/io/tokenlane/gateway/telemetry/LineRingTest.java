package io.tokenlane.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that wait, are written, or are dropped; who offers them never waits. */
final class LineRingTest {
  private static LineRing.Line line(int number) {
    return json -> json.number(number);
  }

  private static LineRing.Sink file(Path path) {
    return () -> FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void writesAllLinesOfAllThreadsInTheirOrder(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("log");
    try (LineRing ring = new LineRing("test", 1 << 16, file(path))) {
      IntStream.range(0, 4)
          .parallel()
          .forEach(
              thread ->
                  IntStream.range(0, 5_000).forEach(i -> ring.offer(line(thread + 10 * i), true)));
      Eventually.eventually("all written", () -> ring.written() == 20_000);
    }
    List<Integer> lines = Files.readAllLines(path).stream().map(Integer::valueOf).toList();
    for (int thread = 0; thread < 4; thread++) {
      int mine = thread;
      assertThat(lines.stream().filter(n -> n % 10 == mine)).hasSize(5_000).isSorted();
    }
  }

  @Test
  void dropsOrdinaryLinesFirstAndCountsThem() {
    CountDownLatch stalled = new CountDownLatch(1);
    LineRing ring = new LineRing("test", 64, () -> blocked(stalled));
    ring.offer(line(0), true);
    Eventually.eventually("the writer has it", () -> ring.size() == 0);

    IntStream.range(0, 100).forEach(i -> ring.offer(line(i), false));
    IntStream.range(0, 100).forEach(i -> ring.offer(line(i), true));

    assertThat(ring.droppedOrdinary()).isEqualTo(52);
    assertThat(ring.droppedImportant()).isEqualTo(84);
    assertThat(ring.size()).isEqualTo(64);
    stalled.countDown();
    ring.close();
    assertThat(ring.written()).isEqualTo(65);
  }

  private static WritableByteChannel blocked(CountDownLatch until) throws IOException {
    try {
      until.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return new Swallowing();
  }

  @Test
  void aPipeThatNobodyReadsStopsNobody(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    boolean made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
    Assumptions.assumeTrue(made, "mkfifo is not to be had here");
    LineRing ring = new LineRing("test", 256, file(pipe));

    IntStream.range(0, 100_000).forEach(i -> ring.offer(line(i), i % 2 == 0));

    // All but the ring's 256 and the one batch of 32 KB that the writer holds, 2 bytes a line.
    assertThat(ring.droppedOrdinary() + ring.droppedImportant()).isGreaterThan(83_000);
    ring.close();
    assertThat(ring.written()).isZero();
  }

  @Test
  void aFullDiskLosesLinesAndCountsThem() {
    Swallowing full = new Swallowing();
    full.full = true;
    Deque<Swallowing> disks = new ConcurrentLinkedDeque<>(List.of(full, new Swallowing()));
    try (LineRing ring = new LineRing("test", 64, disks::remove)) {
      ring.offer(line(1), true);
      Eventually.eventually("lost", () -> ring.lost() == 1);
      ring.offer(line(2), true);
      Eventually.eventually("written again", () -> ring.written() == 1);
    }
  }

  @Test
  void whatTheProcessSharesStaysOpenWhereOneWriteFails() {
    Swallowing out = new Swallowing();
    out.full = true;
    try (LineRing ring = new LineRing("test", 64, () -> new AccessLog.KeptOpen(out))) {
      ring.offer(line(1), true);
      Eventually.eventually("lost", () -> ring.lost() == 1);
      out.full = false;
      ring.offer(line(2), true);
      Eventually.eventually("written again", () -> ring.written() == 1);
    }
    assertThat(out.isOpen()).isTrue();
  }

  private static final class Swallowing implements WritableByteChannel {
    private volatile boolean full;
    private volatile boolean closed;

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (full) {
        throw new IOException("No space left on device");
      }
      int count = bytes.remaining();
      bytes.position(bytes.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
