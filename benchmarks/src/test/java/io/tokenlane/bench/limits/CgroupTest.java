package io.tokenlane.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.bench.limits.Cgroup.Limits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real control groups, where this process may make them; and those of the other version. */
class CgroupTest {
  private static final int KILLED = 137;

  private static String name(String purpose) {
    return "tokenlane-test-" + purpose + "-" + ProcessHandle.current().pid();
  }

  private static int run(Cgroup group, String script) throws Exception {
    Process process =
        new ProcessBuilder(group.within(List.of("sh", "-c", script)))
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isNotNull();
    return process.waitFor();
  }

  @Test
  void whoTakesMoreMemoryThanItMayIsKilledAndCounted() throws Exception {
    Optional<Cgroup> made = Cgroup.create(name("memory"));
    assumeTrue(made.isPresent(), "control groups need root on Linux");
    try (Cgroup group = made.get()) {
      group.limit(new Limits(0, 16), 100);

      assertThat(run(group, "exit 3")).isEqualTo(3);
      assertThat(group.account().kills()).isZero();
      assertThat(run(group, "head -c 200m /dev/zero | tail -c 200m > /dev/null; exit $?"))
          .isEqualTo(KILLED);
      assertThat(group.account().kills()).isPositive();
      assertThat(group.account().peakMebibytes()).isBetween(1.0, 17.0);
    }
  }

  @Test
  void whoComputesMoreThanItMayIsThrottled() throws Exception {
    Optional<Cgroup> made = Cgroup.create(name("cpu"));
    assumeTrue(made.isPresent(), "control groups need root on Linux");
    try (Cgroup group = made.get()) {
      group.limit(new Limits(100, 0), 100);

      assertThat(run(group, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")).isZero();
      assertThat(group.account().throttled()).isPositive();
    }
  }

  /** Files as the kernel's second version has them, for machines that still have the first. */
  @Test
  void theSecondVersionIsWrittenAndReadAsItsDocumentationSays(@TempDir Path folder)
      throws Exception {
    Path mount = Files.createDirectories(folder.resolve("mount"));
    Path own = Files.writeString(folder.resolve("own"), "0::/inner\n");
    Path inner = Files.createDirectories(mount.resolve("inner"));
    Files.writeString(mount.resolve("cgroup.controllers"), "cpuset cpu io memory pids\n");
    Cgroup group = Cgroup.create(mount, own, "limited").orElseThrow();
    Path files = inner.resolve("limited");

    group.limit(new Limits(500, 512), 250);

    assertThat(inner.resolve("cgroup.subtree_control")).hasContent("+cpu +memory");
    assertThat(files.resolve("cpu.max")).hasContent("50000 100000");
    assertThat(files.resolve("cpu.weight")).hasContent("10");
    assertThat(files.resolve("memory.max")).hasContent("536870912");
    group.limit(Limits.NONE, 1000);
    assertThat(files.resolve("cpu.max")).hasContent("max 100000");
    assertThat(files.resolve("memory.max")).hasContent("max");
    assertThat(group.within(List.of("run")).get(2)).containsOnlyOnce(files + "/cgroup.procs");

    Files.writeString(files.resolve("cpu.stat"), "usage_usec 9\nnr_periods 40\nnr_throttled 7\n");
    Files.writeString(files.resolve("memory.current"), "1048576\n");
    Files.writeString(files.resolve("memory.events"), "low 0\nmax 12\noom 2\noom_kill 1\n");
    assertThat(group.account()).isEqualTo(new Cgroup.Account(40, 7, 1, 1));
    Files.writeString(files.resolve("memory.peak"), "3145728\n");
    assertThat(group.account().peakMebibytes()).isEqualTo(3);
  }

  /**
   * A hierarchy that has only other controllers is none: cpu and memory are in the first version.
   */
  @Test
  void aSecondVersionWithoutTheControllersIsNotUsed(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("cgroup.controllers"), "hugetlb\n");
    Files.createDirectories(folder.resolve("cpu"));
    Files.createDirectories(folder.resolve("memory"));

    assertThat(Cgroup.create(folder, folder.resolve("none"), "limited")).isPresent();
    assertThat(folder.resolve("cpu/limited")).isDirectory();
  }
}
