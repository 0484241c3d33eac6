package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that listens on a port of its own.
 *
 * @param name how it is called in rows
 */
record Server(String name, Process process, int port, Path log) implements AutoCloseable {
  private static final int PATIENCE_TENTHS = 1_200;
  private static final Pattern ALLOCATED = Pattern.compile("allocated=([0-9.]+)([BKMGT])");

  /** A port that nobody listens on. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts a process and waits until its port is open. */
  static Server start(String name, int port, List<String> command) throws Exception {
    Path log = Files.createTempFile("tokenlane-bench-" + name.replaceAll("\\W", "-"), ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Server server = new Server(name, process, port, log);
    for (int i = 0; i < PATIENCE_TENTHS && process.isAlive(); i++) {
      if (server.isOpen()) {
        return server;
      }
      var _ = process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    server.close();
    throw new IOException(name + " did not open port " + port + "; see " + log);
  }

  boolean isOpen() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Resident memory in MiB. */
  double residentMib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Bytes that the threads it has now have allocated so far, where it is a JVM. */
  double allocatedBytes() throws Exception {
    String threads =
        Tool.run(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(process.pid()),
            "Thread.print",
            "-e");
    Matcher told = ALLOCATED.matcher(threads);
    double all = 0;
    while (told.find()) {
      all += Double.parseDouble(told.group(1)) * Math.pow(1024, "BKMGT".indexOf(told.group(2)));
    }
    return all;
  }

  /** Seconds of processor time so far, in ticks of a hundredth. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  /** Sends it a signal, such as {@code STOP}. */
  void signal(String name) throws Exception {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + ": exit code " + code);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    process
        .onExit()
        .orTimeout(30, TimeUnit.SECONDS)
        .exceptionally(
            late -> {
              process.destroyForcibly();
              return process;
            })
        .join();
    all.forEach(ProcessHandle::destroy);
  }
}
