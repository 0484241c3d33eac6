package io.tokenlane.gateway.compress;

import java.io.PrintWriter;
import java.time.InstantSource;

/**
 * How far mining is: on a terminal a bar that is drawn over, elsewhere a line now and then. What is
 * done at once is not shown.
 */
final class MiningBar implements AutoCloseable {
  private static final int WIDTH = 40;
  private static final long TERMINAL_MILLIS = 100;
  private static final long PLAIN_MILLIS = 3_000;

  private final PrintWriter out;
  private final boolean terminal;
  private final InstantSource clock;
  private long shown;
  private boolean open;

  MiningBar(PrintWriter out, boolean terminal, InstantSource clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.shown = clock.millis();
  }

  /** So many of all prompts have been compared; shown where it is time to. */
  void compared(int done, int all) {
    long now = clock.millis();
    if (now - shown < (terminal ? TERMINAL_MILLIS : PLAIN_MILLIS)) {
      return;
    }
    shown = now;
    if (terminal) {
      int full = WIDTH * done / all;
      String bar = "#".repeat(full) + " ".repeat(WIDTH - full);
      out.print("\r[%s] %d of %d prompts".formatted(bar, done, all));
      open = true;
    } else {
      out.println("mining: %d of %d prompts".formatted(done, all));
    }
    out.flush();
  }

  /** Ends the line that was drawn over. */
  @Override
  public void close() {
    if (open) {
      out.println();
    }
  }
}
