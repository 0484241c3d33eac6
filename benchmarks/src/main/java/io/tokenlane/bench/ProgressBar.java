package io.tokenlane.bench;

import java.io.Console;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** How far a run of several benchmarks is: a bar on a terminal, plain lines elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 24;

  private final PrintStream out;
  private final boolean terminal;
  private final int all;

  /** Of {@code all} steps, &gt; 0. */
  ProgressBar(PrintStream out, boolean terminal, int all) {
    this.out = out;
    this.terminal = terminal;
    this.all = all;
  }

  static ProgressBar onStandardError(int all) {
    return new ProgressBar(System.err, isTerminal(System.console()), all);
  }

  /** Where output goes to a file, Java 25 gives no console at all. */
  private static boolean isTerminal(@Nullable Console console) {
    return console != null && console.isTerminal();
  }

  /** Step {@code number}, counted from 0, begins. */
  void begins(int number, String what) {
    if (all < 2) {
      return;
    }
    int full = number * WIDTH / all;
    String bar = "=".repeat(full) + " ".repeat(WIDTH - full);
    out.println(
        terminal
            ? "[%s] %d of %d  %s".formatted(bar, number + 1, all, what)
            : "[%d/%d] %s".formatted(number + 1, all, what));
    out.flush();
  }
}
