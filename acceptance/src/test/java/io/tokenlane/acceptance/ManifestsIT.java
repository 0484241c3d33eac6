package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The processes take the files that the manifests of {@code k8s/} give them. */
class ManifestsIT {
  @TempDir Path folder;

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource({
    "gateway, k8s/base/config/gateway.yaml, 1",
    "gateway, k8s/overlays/edge/config/gateway.yaml, 1",
    "node, k8s/base/config/node.yaml, 0",
  })
  void theyStartWithTheirConfiguration(String command, String config, int actuator)
      throws Exception {
    int port = Launcher.freePorts();
    String file = Launcher.ROOT.resolve(config).toString();
    Map<String, String> state = Map.of("TOKENLANE_STATE_DIR", folder.toString());
    try (Launcher launcher =
        Launcher.start(state, command, "--port", Integer.toString(port), "--config", file)) {
      comesAlive(port + actuator);
      assertThat(launcher.output()).doesNotContain("ERROR");
    }
  }

  private static void comesAlive(int management) {
    String alive = "http://localhost:" + management + "/actuator/health/liveness";
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsMatching(IOException.class::isInstance)
        .untilAsserted(() -> assertThat(Http.get(alive).statusCode()).isEqualTo(200));
  }

  /** From the launcher to the client's jars; here it finds no cluster, and says so and goes on. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aGatewayThatWatchesAClusterOpensTheFolderForThat() throws Exception {
    int port = Launcher.freePorts();
    String file =
        Launcher.ROOT.resolve("k8s/components/discovery-kubernetes/config/gateway.yaml").toString();
    Map<String, String> nowhere =
        Map.of("KUBERNETES_MASTER", "http://127.0.0.1:1", "KUBERNETES_NAMESPACE", "tokenlane");
    try (Launcher launcher =
        Launcher.start(nowhere, "gateway", "--port", Integer.toString(port), "--config", file)) {
      // The launcher may have to build the folder first.
      launcher.awaitLine(line -> line.contains("service tokenlane-node in namespace tokenlane: "));
      comesAlive(port + 1);
      assertThat(launcher.output()).doesNotContain("ERROR");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void theNodeOfTheCpuOverlayLacksNothingButItsModel() throws Exception {
    String file = Launcher.ROOT.resolve("k8s/overlays/cpu/config/node.yaml").toString();
    String port = Integer.toString(Launcher.freePorts());
    try (Launcher launcher = Launcher.start("node", "--port", port, "--config", file)) {
      assertThat(launcher.awaitExit()).isNotZero();
      assertThat(launcher.output()).contains("/models/model.gguf");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void namesOfMetricsAreFoundInQueries() {
    assertThat(
            MetricNames.in(
                "histogram_quantile(0.99, sum by (le, pod) (rate(a_bucket{x=\"y_z\"}[5m]))) > 1 and b:c"))
        .containsExactly("a_bucket", "b:c");
  }
}
