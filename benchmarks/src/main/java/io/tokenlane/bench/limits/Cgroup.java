package io.tokenlane.bench.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A control group of Linux with a share of the processors and limits as a container has them;
 * version 2 where it has both controllers, else version 1.
 */
final class Cgroup implements AutoCloseable {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final Path OWN = Path.of("/proc/self/cgroup");
  private static final String BESIDE = "tokenlane-bench-beside";
  private static final long PERIOD_MICROS = 100_000;

  private final Map<String, Path> folders;
  private final boolean second;

  /**
   * What a container asks for and may have.
   *
   * @param millicores of a processor, on average over 100 ms; 0 for as many as there are
   * @param mebibytes of memory; 0 for as much as there is
   */
  record Limits(int millicores, int mebibytes) {
    static final Limits NONE = new Limits(0, 0);
  }

  private Cgroup(Map<String, Path> folders, boolean second) {
    this.folders = folders;
    this.second = second;
  }

  /** Empty where this process may not make groups. */
  static Optional<Cgroup> create(String name) {
    return create(MOUNT, OWN, name);
  }

  /**
   * @param mount where the hierarchies are
   * @param own the file that says in which groups this process is
   */
  static Optional<Cgroup> create(Path mount, Path own, String name) {
    try {
      return Optional.of(second(mount) ? inSecond(mount, own, name) : inFirst(mount, name));
    } catch (IOException notAllowed) {
      return Optional.empty();
    }
  }

  /** Whether there is one hierarchy that has both controllers. */
  private static boolean second(Path mount) throws IOException {
    Path controllers = mount.resolve("cgroup.controllers");
    return Files.exists(controllers)
        && List.of(Files.readString(controllers).strip().split(" "))
            .containsAll(List.of("cpu", "memory"));
  }

  private static Cgroup inFirst(Path mount, String name) throws IOException {
    Path cpu = Files.createDirectory(mount.resolve("cpu").resolve(name));
    Path memory = Files.createDirectory(mount.resolve("memory").resolve(name));
    return new Cgroup(Map.of("cpu", cpu, "memory", memory), false);
  }

  /**
   * Below the group that this process is in, as far as it can see. But for the root of all, a group
   * that hands controllers to groups within must have no processes of its own (the kernel's
   * documentation, cgroup-v2, "No Internal Process Constraint"): they go to a group beside the new
   * one.
   */
  private static Cgroup inSecond(Path mount, Path own, String name) throws IOException {
    String path =
        Files.readString(own)
            .lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> line.substring("0::/".length()))
            .findFirst()
            .orElse("");
    Path parent = mount.resolve(path);
    try {
      handOn(parent);
    } catch (IOException busy) {
      Path beside = Files.createDirectories(parent.resolve(BESIDE));
      for (String pid : Files.readString(parent.resolve("cgroup.procs")).lines().toList()) {
        Files.writeString(beside.resolve("cgroup.procs"), pid);
      }
      handOn(parent);
    }
    Path folder = Files.createDirectory(parent.resolve(name));
    return new Cgroup(Map.of("cpu", folder, "memory", folder), true);
  }

  private static void handOn(Path parent) throws IOException {
    Files.writeString(parent.resolve("cgroup.subtree_control"), "+cpu +memory");
  }

  /** Sets the limits, and the share that a request of so many millicores gets. */
  void limit(Limits limits, int requestedMillicores) throws IOException {
    long quota = limits.millicores() * PERIOD_MICROS / 1000;
    long bytes = limits.mebibytes() * (1L << 20);
    long shares = Math.max(2, requestedMillicores * 1024L / 1000);
    if (second) {
      write("cpu", "cpu.max", (quota == 0 ? "max" : quota) + " " + PERIOD_MICROS);
      write("cpu", "cpu.weight", Long.toString(Math.max(1, 1 + (shares - 2) * 9999 / 262142)));
      write("memory", "memory.max", bytes == 0 ? "max" : Long.toString(bytes));
    } else {
      write("cpu", "cpu.cfs_quota_us", quota == 0 ? "-1" : Long.toString(quota));
      write("cpu", "cpu.shares", Long.toString(shares));
      write("memory", "memory.limit_in_bytes", bytes == 0 ? "-1" : Long.toString(bytes));
    }
  }

  /** The command, with its process and its children in the group from the first. */
  List<String> within(List<String> command) {
    StringBuilder script = new StringBuilder();
    folders.values().stream()
        .distinct()
        .forEach(f -> script.append("echo $$ > ").append(f).append("/cgroup.procs && "));
    List<String> all = new java.util.ArrayList<>(List.of("sh", "-c", script + "exec \"$@\"", "sh"));
    all.addAll(command);
    return all;
  }

  /**
   * What happened in it so far.
   *
   * @param periods of 100 ms in which something wanted to run
   * @param throttled those of them in which it was stopped for the rest
   * @param peakMebibytes most memory at once, files that are mapped or cached included
   * @param kills processes that were killed for want of memory
   */
  record Account(long periods, long throttled, double peakMebibytes, long kills) {}

  Account account() throws IOException {
    String cpu = read("cpu", "cpu.stat");
    String peak = read("memory", second ? peakFile() : "memory.max_usage_in_bytes");
    String events = read("memory", second ? "memory.events" : "memory.oom_control");
    return new Account(
        number(cpu, "nr_periods"),
        number(cpu, "nr_throttled"),
        Long.parseLong(peak.strip()) / (double) (1L << 20),
        number(events, "oom_kill"));
  }

  /** Before Linux 5.19 the second version does not tell the peak: then what is there now. */
  private String peakFile() {
    return Files.exists(folder("memory").resolve("memory.peak")) ? "memory.peak" : "memory.current";
  }

  private static long number(String lines, String name) {
    return lines
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private void write(String controller, String file, String value) throws IOException {
    Files.writeString(folder(controller).resolve(file), value);
  }

  private String read(String controller, String file) throws IOException {
    return Files.readString(folder(controller).resolve(file));
  }

  private Path folder(String controller) {
    @Nullable Path folder = folders.get(controller);
    if (folder == null) {
      throw new IllegalArgumentException(controller + " (expected: one of " + folders + ")");
    }
    return folder;
  }

  /** Ends what still runs in it, and the group. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (String pid : read("cpu", "cgroup.procs").lines().toList()) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(Cgroup::end);
    }
    for (Path folder : List.copyOf(folders.values())) {
      Files.deleteIfExists(folder);
    }
  }

  private static void end(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> process).join();
  }
}
