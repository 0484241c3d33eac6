package io.tokenlane.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.bench.limits.Cgroup.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Real control groups, where this process may make them. */
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
}
