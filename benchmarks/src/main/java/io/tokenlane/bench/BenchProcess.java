package io.tokenlane.bench;

import io.tokenlane.bench.report.Report;
import io.tokenlane.bench.report.WholeReport.Ran;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One benchmark in a process of its own, started as a user would. So one begins with as fresh a JVM
 * as the other, and one that ends badly, or not at all, ends nothing else.
 */
final class BenchProcess {
  private static final Duration QUICK = Duration.ofMinutes(15);
  private static final Duration WHOLE = Duration.ofHours(2);
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final String COMPLAINT = "tokenlane: ";

  private final Path root;
  private final Path results;
  private final String name;
  private final List<String> options;
  private volatile String complaint = "";

  /**
   * @param results where the launcher's {@code bench} leaves its results
   * @param options what is passed on to it
   */
  BenchProcess(Path root, Path results, String name, List<String> options) {
    this.root = root;
    this.results = results;
    this.name = name;
    this.options = options;
  }

  /** Runs it to its end, or stops it when it takes longer than any should; never throws. */
  Ran run(boolean json, boolean quick) {
    long begun = System.nanoTime();
    String failure = "";
    try {
      forget();
      failure = ended(quick ? QUICK : WHOLE, command(json, quick));
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    }
    return found(failure, Duration.ofNanos(System.nanoTime() - begun));
  }

  private Ran found(String failure, Duration took) {
    try {
      return failure.isEmpty()
          ? Ran.well(Report.read(results.resolve(name + ".json")), took)
          : Ran.badly(name, failure, took);
    } catch (IOException | RuntimeException e) {
      return Ran.badly(name, "left no report: " + e.getMessage(), took);
    }
  }

  /** What an older run left must not be taken for this one's. */
  private void forget() throws IOException {
    Files.createDirectories(results);
    Pattern own = Pattern.compile(Pattern.quote(name) + "(-.*)?\\.(json|png)");
    try (Stream<Path> all = Files.list(results)) {
      for (Path old :
          all.filter(file -> own.matcher(file.getFileName().toString()).matches()).toList()) {
        Files.delete(old);
      }
    }
  }

  private List<String> command(boolean json, boolean quick) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(root.resolve("tokenlane").toString(), "bench", name));
    command.addAll(options);
    if (quick) {
      command.add("--quick");
    }
    if (json) {
      command.add("--json");
    }
    return command;
  }

  /** Why it failed; empty where it did not. */
  private String ended(Duration limit, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
    Thread stop = new Thread(() -> stop(process));
    Runtime.getRuntime().addShutdownHook(stop);
    Thread listener = Thread.ofVirtual().start(() -> listen(process));
    boolean inTime = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!inTime) {
      stop(process);
    }
    listener.join(GRACE);
    Runtime.getRuntime().removeShutdownHook(stop);
    if (!inTime) {
      return "stopped after %d minutes".formatted(limit.toMinutes());
    }
    int code = process.exitValue();
    return code == 0 ? "" : complaint.isEmpty() ? "exit code " + code : complaint;
  }

  private void listen(Process process) {
    String own = COMPLAINT + "bench: " + name + ": ";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.err.println(line);
        if (line.startsWith(COMPLAINT)) {
          complaint = line.substring(line.startsWith(own) ? own.length() : COMPLAINT.length());
        }
      }
    } catch (IOException gone) {
      // Nobody is left who could say more.
    }
  }

  /** It and all that it started. */
  private static void stop(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
