package io.tokenlane.node.load;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress: on a terminal as a bar that is drawn over, elsewhere as a line now and then. What
 * is done at once is not shown.
 */
public final class ProgressBar implements LoadProgress {
  private static final int WIDTH = 40;
  private static final long TERMINAL_MILLIS = 100;
  private static final long PLAIN_MILLIS = 3_000;

  private final PrintWriter out;
  private final boolean terminal;
  private final InstantSource clock;
  private final String what;
  private final String unit;
  private long shown;
  private boolean open;

  /**
   * @param terminal whether the output can be drawn over
   * @param what what the work is on
   * @param unit what is counted
   */
  ProgressBar(PrintWriter out, boolean terminal, InstantSource clock, String what, String unit) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.what = what;
    this.unit = unit;
    shown = clock.millis();
  }

  /** On standard error, which is taken for a terminal if the process has one. */
  public static ProgressBar onStandardError(InstantSource clock) {
    return onStandardError(clock, "weights", "layers");
  }

  /**
   * The same for other work.
   *
   * @param what what the work is on, as {@code weights}
   * @param unit what is counted, as {@code layers}
   */
  public static ProgressBar onStandardError(InstantSource clock, String what, String unit) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return new ProgressBar(err, isTerminal(System.console()), clock, what, unit);
  }

  /** There may be no console at all, where its module is not there. */
  private static boolean isTerminal(@Nullable Console console) {
    return console != null && console.isTerminal();
  }

  @Override
  public void layers(int done, int all) {
    step(done, all);
  }

  /**
   * Shows how far it is, where it is time to.
   *
   * @param done from 0
   * @param all at least 1
   */
  public void step(int done, int all) {
    long now = clock.millis();
    boolean last = done == all;
    if (last ? open : now - shown >= (terminal ? TERMINAL_MILLIS : PLAIN_MILLIS)) {
      show(done, all);
      shown = now;
      open = !last;
    }
  }

  private void show(int done, int all) {
    if (!terminal) {
      out.println("%s: %d of %d %s".formatted(what, done, all, unit));
      return;
    }
    int full = WIDTH * done / all;
    out.print(
        "\r[%s%s] %d of %d %s"
            .formatted("#".repeat(full), " ".repeat(WIDTH - full), done, all, unit));
    if (done == all) {
      out.println();
    }
    out.flush();
  }
}
