package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One line for each request in the access log, and one in the audit log for who was refused. */
final class AccessLog implements AutoCloseable, Audit {
  private final LineRing access;
  private final @Nullable LineRing audit;
  private volatile double sample;
  private final DoubleSupplier chance;
  private final InstantSource clock;

  /** Chance is a number from 0 (inclusive) to 1, called from many threads. */
  AccessLog(LogProperties properties, DoubleSupplier chance, InstantSource clock) {
    this.access = new LineRing("access-log", properties.capacity(), sink(properties.access()));
    String auditFile = properties.audit();
    this.audit =
        auditFile == null
            ? null
            : new LineRing("audit-log", properties.capacity(), sink(auditFile));
    this.sample = properties.sample();
    this.chance = chance;
    this.clock = clock;
  }

  private static LineRing.Sink sink(@Nullable String file) {
    return file == null || file.isEmpty()
        ? () -> new KeptOpen(new FileOutputStream(FileDescriptor.out).getChannel())
        : () ->
            FileChannel.open(
                Path.of(file),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
  }

  /**
   * What the whole process shares, such as its standard output: what fails on it is tried again, as
   * nobody could open it anew.
   */
  record KeptOpen(WritableByteChannel shared) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return shared.write(bytes);
    }

    @Override
    public boolean isOpen() {
      return shared.isOpen();
    }

    @Override
    public void close() {}
  }

  /** Counts lines and drops of both. */
  AccessLog metered(MeterRegistry registry) {
    meter(registry, "access", access);
    if (audit != null) {
      meter(registry, "audit", audit);
    }
    return this;
  }

  private static void meter(MeterRegistry registry, String log, LineRing ring) {
    Gauge.builder("tokenlane.log.waiting", ring, LineRing::size)
        .tag("log", log)
        .description("Lines that wait for their file")
        .register(registry);
    counter(registry, log, "written", ring, LineRing::written);
    counter(registry, log, "dropped_ordinary", ring, LineRing::droppedOrdinary);
    counter(registry, log, "dropped_important", ring, LineRing::droppedImportant);
    counter(registry, log, "lost", ring, LineRing::lost);
  }

  private static void counter(
      MeterRegistry registry,
      String log,
      String fate,
      LineRing ring,
      ToDoubleFunction<LineRing> count) {
    FunctionCounter.builder("tokenlane.log.lines", ring, count)
        .tag("log", log)
        .tag("fate", fate)
        .description("Log lines by what became of them")
        .register(registry);
  }

  /** From now on keeps this share of what went well. */
  void sample(double share) {
    sample = share;
  }

  void write(Ending ending) {
    boolean well = ending.status() < 400 && ending.outcome().equals("done");
    double share = sample;
    if (well && share < 1 && chance.getAsDouble() >= share) {
      return;
    }
    write(AccessLine.of(ending, clock.instant()), well);
  }

  /** A request that passed beside the filters. */
  void write(PassedRequests.Passed passed) {
    boolean well = passed.status() < 400 && passed.outcome().equals("done");
    double share = sample;
    if (!well || share >= 1 || chance.getAsDouble() < share) {
      write(AccessLine.of(passed, clock.instant()), well);
    }
  }

  private void write(AccessLine line, boolean well) {
    access.offer(line, !well);
    if (audit != null && refused(line.status())) {
      audit.offer(line, true);
    }
  }

  /** Into the audit log; where there is none, the access log. */
  @Override
  public void changed(Change change) {
    (audit == null ? access : audit).offer(new ChangeLine(clock.instant(), change), true);
  }

  private static boolean refused(int status) {
    return status == 401 || status == 403 || status == 429;
  }

  @Override
  public void close() {
    access.close();
    if (audit != null) {
      audit.close();
    }
  }
}
