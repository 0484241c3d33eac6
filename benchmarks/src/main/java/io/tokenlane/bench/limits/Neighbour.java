package io.tokenlane.bench.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who else is on the machine. */
enum Neighbour {
  NOBODY("alone", List.of()),
  /** Two workers for each processor that compute all the time. */
  CPU("beside CPU load", List.of("--cpu", "0", "--cpu-method", "matrixprod", "--cpu-load", "100")),
  /** Writes through 1.5 GiB again and again, and through the memory bus. */
  MEMORY(
      "beside memory load",
      List.of("--vm", "1", "--vm-bytes", "1536M", "--vm-keep", "--stream", "1"));

  private static final Path STRESS = Path.of("/usr/bin/stress-ng");

  private final String title;
  private final String arguments;

  Neighbour(String title, List<String> arguments) {
    this.title = title;
    this.arguments = String.join(" ", arguments);
  }

  String title() {
    return title;
  }

  /** Whether what makes the noise is there. */
  boolean available() {
    return this == NOBODY || Files.isExecutable(STRESS);
  }

  /** Begins, in a group; null for nobody. */
  @Nullable Process start(Cgroup group) throws IOException {
    if (this == NOBODY) {
      return null;
    }
    List<String> command = new java.util.ArrayList<>(List.of(STRESS.toString(), "--quiet"));
    command.addAll(List.of(arguments.split(" ")));
    return new ProcessBuilder(group.within(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  static void stop(@Nullable Process process) throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }
}
