package io.tokenlane.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A run of {@code ./tokenlane}, with what it printed. */
final class Launcher implements AutoCloseable {
  static final Path ROOT = Path.of(System.getProperty("tokenlane.root")).toAbsolutePath();

  private static int nextPort = 18080;

  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Void> drained;

  private Launcher(Process process) {
    this.process = process;
    this.drained = CompletableFuture.runAsync(this::drain, Thread.ofVirtual()::start);
  }

  static Launcher start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  static Launcher start(Map<String, String> environment, String... arguments) throws IOException {
    return start(List.of(), environment, arguments);
  }

  /**
   * @param before a program, with its arguments, that runs the launcher
   */
  static Launcher start(List<String> before, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(ROOT.resolve("tokenlane").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(new HashMap<>(environment));
    return new Launcher(builder.start());
  }

  /** Another program, watched in the same way. */
  static Launcher of(List<String> command) throws IOException {
    return new Launcher(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private void drain() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null) {
        add(COLOUR.matcher(line).replaceAll(""));
        line = reader.readLine();
      }
    } catch (IOException e) {
      add("(output ended: " + e.getMessage() + ")");
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  /** Everything printed so far, both streams. */
  synchronized String output() {
    return String.join("\n", lines);
  }

  /** Waits for a line; fails, showing the output, if the process ends or the time is over first. */
  synchronized String awaitLine(Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(8);
    int seen = 0;
    while (true) {
      for (; seen < lines.size(); seen++) {
        if (wanted.test(lines.get(seen))) {
          return lines.get(seen);
        }
      }
      if (System.nanoTime() > deadline || drained.isDone()) {
        throw new AssertionError("the line did not come; printed was:\n" + output());
      }
      wait(100);
    }
  }

  /** Whether it has ended, or its output has. */
  boolean ended() {
    return drained.isDone();
  }

  /** Every process that it started and that still runs. */
  List<ProcessHandle> descendants() {
    return process.descendants().filter(ProcessHandle::isAlive).toList();
  }

  /** The started process whose command line has this text. */
  ProcessHandle child(String text) {
    return descendants().stream()
        .filter(handle -> handle.info().commandLine().orElse("").contains(text))
        .filter(handle -> handle.info().command().orElse("").endsWith("java"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process with " + text));
  }

  /** What Ctrl-C does in a terminal, to the launcher alone. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** Ends it as the loss of its machine would. */
  void crash() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Waits for its end and gives the exit code. */
  int awaitExit() throws InterruptedException {
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new AssertionError("still running; printed was:\n" + output());
      }
      drained.get(10, TimeUnit.SECONDS);
      return process.exitValue();
    } catch (TimeoutException e) {
      throw new AssertionError("a process that it started still holds its output", e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> left = descendants();
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    left.forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * A port p with p, p + 1 and p + 11 to p + 13 free, as {@code up --port p} needs them; another
   * one each time, as who got one before may not have opened it yet.
   */
  static synchronized int freePorts() throws IOException {
    for (int port = nextPort; port < 60000; port += 20) {
      nextPort = port + 20;
      if (free(port) && free(port + 1) && free(port + 11) && free(port + 12) && free(port + 13)) {
        return port;
      }
    }
    throw new IOException("no free ports");
  }

  private static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
