package io.tokenlane.bench.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.bench.balance.Prompts.Prompt;
import io.tokenlane.bench.balance.Replicas.Outcome;
import io.tokenlane.bench.balance.Replicas.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** First-token times of model calls whose prompts begin alike, in the simulation. */
class ReplicasTest {
  private static final Replicas.Kind AFFINITY = Routers.of("prefix-affinity");
  private static final List<Prompt> SHARED = Prompts.shared(30_000, 110, 7);
  private static final double TOKENS_PER_SECOND = 8_000;
  private static final long CACHE = 200_000;

  private static Setup even(int gateways) {
    return new Setup(Routers.even(8), TOKENS_PER_SECOND, CACHE, gateways, 3);
  }

  @Test
  void manyGatewaysAgreeAndBeatPlainHashing() {
    Outcome one = Replicas.run(even(1), SHARED, AFFINITY);
    Outcome four = Replicas.run(even(4), SHARED, AFFINITY);
    assertThat(four.p99Seconds())
        .isLessThan(0.75 * Replicas.run(even(4), SHARED, Routers.of("ip-hash")).p99Seconds());
    assertThat(four.p99Seconds()).isLessThan(1.2 * one.p99Seconds());
    assertThat(four.hits()).isGreaterThan(0.97);
  }

  @Test
  void perGatewayIndicesDisagree() {
    double ours = Replicas.run(even(4), SHARED, AFFINITY).p99Seconds();
    assertThat(ours)
        .isLessThan(Replicas.run(even(4), SHARED, Routers.scoring()).p99Seconds())
        .isLessThan(Replicas.run(even(4), SHARED, Routers.cacheAware()).p99Seconds());
  }

  /** One of eight replicas computes a third of the others' tokens. */
  private static Setup slow(long cache, long seed) {
    List<Double> speeds = new ArrayList<>(Routers.even(8));
    speeds.set(2, 1.0 / 3);
    return new Setup(speeds, TOKENS_PER_SECOND, cache, 4, seed);
  }

  @Test
  void aSlowReplicaIsFoundOut() {
    Setup slow = slow(CACHE, 3);
    double bounded = Replicas.run(slow, SHARED, Routers.of("consistent-hash")).p99Seconds();
    assertThat(Replicas.run(slow, SHARED, AFFINITY).p99Seconds()).isLessThan(0.35 * bounded);
  }

  @Test
  void holdsOnRecordedPrompts() throws IOException {
    Path file =
        Path.of(System.getProperty("tokenlane.shared", "../../shared"))
            .resolve("traces/prefix/synthetic_trace.jsonl");
    Assumptions.assumeTrue(Files.exists(file), "no prefix trace at " + file);
    List<Prompt> prompts = Prompts.trace(file, 4_000, 1);
    Setup four = new Setup(Routers.even(8), TOKENS_PER_SECOND, 1_000_000, 4, 3);
    Setup one = new Setup(Routers.even(8), TOKENS_PER_SECOND, 1_000_000, 1, 3);
    double ours = Replicas.run(four, prompts, AFFINITY).p99Seconds();
    assertThat(ours)
        .isLessThan(0.75 * Replicas.run(four, prompts, Routers.of("ip-hash")).p99Seconds());
    assertThat(ours).isLessThan(1.2 * Replicas.run(one, prompts, AFFINITY).p99Seconds());
    double slow = 0;
    double bounded = 0;
    for (int seed = 3; seed < 11; seed++) {
      Setup setup = slow(1_000_000, seed);
      slow += Replicas.run(setup, prompts, AFFINITY).p99Seconds();
      bounded += Replicas.run(setup, prompts, Routers.of("consistent-hash")).p99Seconds();
    }
    assertThat(slow).isLessThanOrEqualTo(0.35 * bounded);
  }
}
