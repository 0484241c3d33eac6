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
  private long shown;
  private boolean open;

  /**
   * @param terminal whether the output can be drawn over
   */
  ProgressBar(PrintWriter out, boolean terminal, InstantSource clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    shown = clock.millis();
  }

  /** On standard error, which is taken for a terminal if the process has one. */
  public static ProgressBar onStandardError(InstantSource clock) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return new ProgressBar(err, isTerminal(System.console()), clock);
  }

  /** There may be no console at all, where its module is not there. */
  private static boolean isTerminal(@Nullable Console console) {
    return console != null && console.isTerminal();
  }

  @Override
  public void layers(int done, int all) {
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
      out.println("weights: %d of %d layers".formatted(done, all));
      return;
    }
    int full = WIDTH * done / all;
    out.print(
        "\r[%s%s] %d of %d layers"
            .formatted("#".repeat(full), " ".repeat(WIDTH - full), done, all));
    if (done == all) {
      out.println();
    }
    out.flush();
  }
}
