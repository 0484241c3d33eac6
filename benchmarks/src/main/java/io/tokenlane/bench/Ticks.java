package io.tokenlane.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Says that a benchmark still runs: a clock that is drawn over on a terminal, a line a minute
 * elsewhere.
 */
final class Ticks implements AutoCloseable {
  private final PrintStream out;
  private final boolean terminal;
  private final String what;
  private final long begun = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ticks").factory());

  Ticks(PrintStream out, boolean terminal, String what) {
    this.out = out;
    this.terminal = terminal;
    this.what = what;
  }

  static Ticks onStandardError(String what) {
    Ticks ticks = new Ticks(System.err, ProgressBar.isTerminal(System.console()), what);
    int seconds = ticks.terminal ? 1 : 60;
    var _ =
        ticks.clock.scheduleAtFixedRate(
            () -> ticks.tick(Duration.ofNanos(System.nanoTime() - ticks.begun)),
            seconds,
            seconds,
            TimeUnit.SECONDS);
    return ticks;
  }

  /** Shows how long it has run. */
  void tick(Duration since) {
    String time = "%d:%02d".formatted(since.toMinutes(), since.toSecondsPart());
    if (terminal) {
      out.print("\r" + what + " runs " + time);
    } else {
      out.println(what + " runs " + time);
    }
    out.flush();
  }

  /** Leaves an empty line behind on a terminal. */
  @Override
  public void close() {
    if (!clock.isShutdown()) {
      clock.shutdownNow();
      if (terminal) {
        out.print("\r\u001b[K");
        out.flush();
      }
    }
  }
}
