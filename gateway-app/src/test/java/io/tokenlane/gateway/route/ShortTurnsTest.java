package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ShortTurnsTest {
  @Test
  void eventLoopsHaveShortTurnsAndOtherThreadsDoNot() throws Throwable {
    // Linux before 6.12 tells none, nor does it for threads of another policy than the usual.
    assumeThat(ShortTurns.nanos()).as("a kernel that gives turns by wish").isPositive();
    EventLoops loops = new EventLoops(1);
    CompletableFuture<Long> nanos = new CompletableFuture<>();
    loops
        .onServer(true)
        .execute(
            () -> {
              try {
                nanos.complete(ShortTurns.nanos());
              } catch (Throwable unable) {
                nanos.completeExceptionally(unable);
              }
            });

    assertThat(nanos.get()).isEqualTo(ShortTurns.NANOS);
    assertThat(ShortTurns.nanos()).isNotEqualTo(ShortTurns.NANOS);
    loops.dispose();
  }
}
