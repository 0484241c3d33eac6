package io.tokenlane.acceptance;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One {@code ./tokenlane up} for tests that change nothing of it; stopped when the JVM ends. */
final class SharedUp {
  private static @Nullable SharedUp one;

  private final int port = Launcher.freePorts();
  private final Launcher launcher;

  private SharedUp() throws IOException, InterruptedException {
    launcher = Launcher.start("up", "--port", Integer.toString(port));
    Runtime.getRuntime().addShutdownHook(new Thread(launcher::close));
    launcher.awaitLine(line -> line.startsWith("Ctrl-C stops everything"));
  }

  static synchronized SharedUp get() throws IOException, InterruptedException {
    SharedUp running = one;
    if (running == null) {
      running = new SharedUp();
      one = running;
    }
    return running;
  }

  int port() {
    return port;
  }

  String output() {
    return launcher.output();
  }
}
