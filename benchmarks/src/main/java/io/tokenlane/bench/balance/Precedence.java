package io.tokenlane.bench.balance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lets this process, which is the clients and the backends, go before the proxies when processors
 * are short: on machines of their own they would not be late because a proxy is busy. Linux, where
 * each thread has a nice value of its own, and only where it may be lowered (root).
 */
final class Precedence {
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final int FIRST = -10;

  /** Of the fields behind the name, proc(5). */
  private static final int NICE = 16;

  private Precedence() {}

  /**
   * From now on, all threads that there are; processes started afterwards would inherit it.
   *
   * @return whether that was allowed
   */
  static boolean take() throws IOException, InterruptedException {
    return renice(FIRST);
  }

  /** As before. */
  static void give() throws IOException, InterruptedException {
    boolean _ = renice(0);
  }

  private static boolean renice(int nice) throws IOException, InterruptedException {
    if (!Files.isDirectory(THREADS)) {
      return false;
    }
    List<String> command = new ArrayList<>(List.of("renice", "-n", Integer.toString(nice), "-p"));
    try (Stream<Path> threads = Files.list(THREADS)) {
      threads.forEach(thread -> command.add(thread.getFileName().toString()));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    // A thread that ended meanwhile makes the command fail for it alone.
    int _ = process.waitFor();
    return ofFirstThread() == nice;
  }

  private static int ofFirstThread() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE]);
  }
}
