package io.tokenlane.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gateway and its nodes, started by the launcher. */
final class RunningSystem implements AutoCloseable {
  /** The gateway's port; its nodes listen on {@code PORT + 11} and up. */
  static final int PORT = 28080;

  private static final double TICKS_PER_SECOND = 100;

  private final Process process;
  private final double secondsToHealthy;

  private RunningSystem(Process process, double secondsToHealthy) {
    this.process = process;
    this.secondsToHealthy = secondsToHealthy;
  }

  /** Runs {@code ./tokenlane up} and waits until it says that all are healthy. */
  static RunningSystem start(Path root) throws IOException {
    Process process =
        new ProcessBuilder(
                root.resolve("tokenlane").toString(), "up", "--port", Integer.toString(PORT))
            .redirectErrorStream(true)
            .start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder printed = new StringBuilder();
    double seconds = Double.NaN;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      printed.append(line).append('\n');
      if (line.startsWith("Tokenlane is up (")) {
        seconds = Double.parseDouble(line.replaceAll("[^0-9.]*([0-9.]+) s .*", "$1"));
      }
      if (line.startsWith("Ctrl-C stops everything")) {
        return new RunningSystem(process, seconds);
      }
    }
    throw new IOException("the system did not start:\n" + printed);
  }

  double secondsToHealthy() {
    return secondsToHealthy;
  }

  /** Seconds of CPU time that the Java processes whose command lines have this text took so far. */
  double cpuSeconds(String text) {
    return process
        .descendants()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .filter(child -> child.info().commandLine().orElse("").contains(text))
        .mapToDouble(child -> cpuSeconds(child.pid()))
        .sum();
  }

  /** Seconds of CPU time of a process so far, in the kernel and outside; 0 if it is gone. */
  static double cpuSeconds(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // Behind the name, which stands in brackets: utime and stime are fields 14 and 15.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    } catch (IOException gone) {
      return 0;
    }
  }

  /** Resident memory of the Java process whose command line has this text, in MiB. */
  double residentMib(String text) throws IOException {
    ProcessHandle handle =
        process
            .descendants()
            .filter(child -> child.info().command().orElse("").endsWith("java"))
            .filter(child -> child.info().commandLine().orElse("").contains(text))
            .findFirst()
            .orElseThrow(() -> new IOException("no process with " + text));
    List<String> status = Files.readAllLines(Path.of("/proc/" + handle.pid() + "/status"));
    return status.stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
