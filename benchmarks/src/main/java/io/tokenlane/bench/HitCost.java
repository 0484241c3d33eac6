package io.tokenlane.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a hit costs: processor time of the cache's processes, by the kernel's count, over the
 * requests that wrk sends on 64 connections.
 *
 * @param cpuMicros processor time a request
 * @param perSecond requests a second
 * @param p99Millis the slowest hundredth
 */
record HitCost(double cpuMicros, double perSecond, double p99Millis) {
  private static final int TICKS_PER_SECOND = 100;
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  static boolean measurable() {
    return Files.isExecutable(Path.of("/usr/bin/wrk"))
        && Files.isReadable(Path.of("/proc/self/stat"));
  }

  /** The median of three runs, by processor time. */
  static HitCost of(Process cache, String url, int seconds, String... fields)
      throws IOException, InterruptedException {
    List<HitCost> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(once(cache, url, seconds, fields));
    }
    runs.sort((a, b) -> Double.compare(a.cpuMicros, b.cpuMicros));
    return runs.get(1);
  }

  static HitCost once(Process cache, String url, int seconds, String... fields)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("wrk", "-c64", "-t1", "--latency"));
    command.add("-d" + seconds + "s");
    for (String field : fields) {
      command.add("-H");
      command.add(field);
    }
    command.add(url);
    double before = cpuSeconds(cache);
    Process wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    wrk.waitFor();
    double used = cpuSeconds(cache) - before;
    if (told.contains("Non-2xx")) {
      throw new IOException("wrk: " + told);
    }
    return new HitCost(used * 1e6 / number(REQUESTS, told), number(RATE, told), millis(told));
  }

  private static double number(Pattern pattern, String told) throws IOException {
    Matcher found = pattern.matcher(told);
    if (!found.find()) {
      throw new IOException("wrk: " + told);
    }
    return Double.parseDouble(found.group(1));
  }

  private static double millis(String told) throws IOException {
    Matcher found = P99.matcher(told);
    if (!found.find()) {
      throw new IOException("wrk: " + told);
    }
    double unit =
        switch (found.group(2)) {
          case "us" -> 1e-3;
          case "ms" -> 1;
          default -> 1e3;
        };
    return Double.parseDouble(found.group(1)) * unit;
  }

  /** User and system time of the process and all that it has started. */
  private static double cpuSeconds(Process root) throws IOException {
    long ticks = 0;
    List<ProcessHandle> all =
        Stream.concat(Stream.of(root.toHandle()), root.descendants()).toList();
    for (ProcessHandle process : all) {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      ticks += Long.parseLong(words[11]) + Long.parseLong(words[12]);
    }
    return (double) ticks / TICKS_PER_SECOND;
  }
}
