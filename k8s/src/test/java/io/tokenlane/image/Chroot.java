package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * An image that runs: its root read only, {@code /tmp} in memory, as the image's user, nothing else
 * of this machine but its network and devices. The mounts are the process's own and end with it.
 */
final class Chroot implements AutoCloseable {
  private static final String SCRIPT =
      """
      set -e
      root=$1; user=$2; shift 2
      mount --bind "$root" "$root"
      mount -o remount,bind,ro "$root"
      mount -t proc proc "$root/proc"
      mount --bind /dev "$root/dev"
      mount -t tmpfs tmpfs "$root/tmp"
      exec chroot --userspec="$user" "$root" "$@"
      """;

  private final Process process;
  private final Path log;

  private Chroot(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts an unpacked image with more arguments behind its entry point. */
  static Chroot start(Path root, JsonNode config, List<String> arguments) throws IOException {
    Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(root.resolve("dev"));
    List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", SCRIPT, "sh", root.toString()));
    command.add(config.path("User").asString());
    config.path("Entrypoint").forEach(part -> command.add(part.asString()));
    command.addAll(arguments);
    Path log = root.resolveSibling(root.getFileName() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // A cache that cannot be used ends the start.
    builder.environment().put("JDK_JAVA_OPTIONS", "-Xms48m -Xmx256m -XX:AOTMode=on");
    return new Chroot(builder.start(), log);
  }

  boolean alive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(log);
  }

  /** The status file of the process, as the system has it. */
  String status() throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/status"));
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
