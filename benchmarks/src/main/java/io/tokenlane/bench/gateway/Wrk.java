package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator of that name: as many requests as are answered, on 64 connections. */
final class Wrk {
  private static final Path PROGRAM = Path.of("/usr/bin/wrk");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s*([0-9.]+)");
  private static final Pattern ALL = Pattern.compile("(\\d+) requests in");

  /** Of the answers of a JVM that is new: it may shed load rather than let everybody wait. */
  private static final double MOST_REFUSED_NEW = 0.01;

  private static final Pattern BAD = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

  private Wrk() {}

  static boolean isThere() {
    return Files.isExecutable(PROGRAM);
  }

  /** Answers a second; one that is not good is an error. */
  static double run(int port, String path, double seconds) throws Exception {
    return run(port, path, seconds, List.of(), 0);
  }

  /**
   * Good answers a second of a JVM that is only warmed, to a JSON body that holds no apostrophe;
   * one refusal in a hundred is no error.
   */
  static double warm(int port, String path, String json, double seconds) throws Exception {
    Path script = Files.createTempFile("tokenlane-bench-wrk", ".lua");
    try {
      Files.writeString(
          script,
          "wrk.method = 'POST' wrk.headers['Content-Type'] = 'application/json' wrk.body = '"
              + json
              + "'");
      return run(port, path, seconds, List.of("-s", script.toString()), MOST_REFUSED_NEW);
    } finally {
      Files.delete(script);
    }
  }

  private static double run(
      int port, String path, double seconds, List<String> options, double mostRefused)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(PROGRAM.toString(), "-t1", "-c64"));
    command.add("-d" + Math.max(1, Math.round(seconds)) + "s");
    command.addAll(options);
    command.add("http://127.0.0.1:" + port + path);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher rate = RATE.matcher(out);
    double refused = share(out);
    if (process.waitFor() != 0 || !rate.find() || refused > mostRefused) {
      throw new IOException("wrk on port " + port + ": " + out);
    }
    return (1 - refused) * Double.parseDouble(rate.group(1));
  }

  /** Of all answers, those that were not good. */
  private static double share(String out) {
    Matcher bad = BAD.matcher(out);
    Matcher all = ALL.matcher(out);
    return bad.find() && all.find()
        ? Double.parseDouble(bad.group(1)) / Math.max(1, Double.parseDouble(all.group(1)))
        : 0;
  }
}
