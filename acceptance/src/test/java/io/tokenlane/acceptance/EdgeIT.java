package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway and a small node at the edge, a node in the cloud, and the link between them cut:
 * serve, restart while cut, heal. Every part is the real one, in network namespaces of its own.
 */
class EdgeIT {
  private static final String GATEWAY = "9480";
  private static final String LOCAL = "9491";
  private static final String CLOUD = "9492";

  @TempDir Path folder;

  @Test
  void theEdgeGoesOnWithoutTheCloud() throws Exception {
    assumeTrue(Networks.allowed(), "network namespaces need root, ip and curl");
    try (Launcher build = Launcher.start("build")) {
      // Once for the three that start side by side.
      assertThat(build.awaitExit()).as(build.output()).isZero();
    }
    Path config = config("strategy: ewma");
    try (Networks networks = Networks.create();
        Launcher cloud = start(networks.inCloud(), "node", "--port", CLOUD);
        Launcher local = start(networks.atEdge(), "node", "--port", LOCAL)) {
      try (Launcher gateway = gateway(networks, config)) {
        eventually(networks, "What is the capital of France?", "x-tokenlane-node: cloud");

        networks.cut();

        assertThat(ask(networks, "What is the capital of France?"))
            .as("what was answered before")
            .contains("tokenlane; hit", "Paris");
        eventually(networks, "What is the capital of Italy?", "x-tokenlane-fallback: local");
        assertThat(gateway.output()).doesNotContain("Exception");
      }

      config("strategy: nonsense");
      try (Launcher gateway = gateway(networks, config)) {
        eventually(networks, "What is the capital of Spain?", "x-tokenlane-fallback: local");
        assertThat(gateway.output()).contains("nonsense", "starting with the last good");

        networks.heal();

        eventually(networks, "What is the capital of Japan?", "x-tokenlane-node: cloud");
        assertThat(cloud.output() + local.output()).doesNotContain("Exception");
      }
    }
  }

  private Path config(String balance) throws IOException {
    return Files.writeString(
        folder.resolve("edge.yaml"),
        """
        tokenlane:
          nodes:
            - {id: cloud, uri: "http://%s:%s"}
            - {id: local, uri: "http://127.0.0.1:%s", standby: true, model: tokenlane-demo}
          balance: {%s, health: {timeout: 500ms}}
        """
            .formatted(Networks.CLOUD_ADDRESS, CLOUD, LOCAL, balance));
  }

  private static Launcher start(List<String> where, String... arguments) throws IOException {
    return Launcher.start(where, Map.of(), arguments);
  }

  private Launcher gateway(Networks networks, Path config) throws IOException {
    return Launcher.start(
        networks.atEdge(),
        Map.of("TOKENLANE_STATE_DIR", folder.resolve("state").toString()),
        "gateway",
        "--port",
        GATEWAY,
        "--config",
        config.toString());
  }

  /** Asks again, each time something new, until an answer has the text. */
  private static void eventually(Networks networks, String question, String text) {
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptionsMatching(IOException.class::isInstance)
        .untilAsserted(
            () -> assertThat(ask(networks, question)).contains("HTTP/1.1 200").contains(text));
  }

  private static String ask(Networks networks, String question) throws IOException {
    String body =
        "{\"model\":\"tokenlane-demo\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(question);
    return networks.edge(
        List.of(
            "curl",
            "-s",
            "-i",
            "-m",
            "20",
            "-H",
            "Content-Type: application/json",
            "-d",
            body,
            "http://127.0.0.1:" + GATEWAY + "/v1/chat/completions"));
  }
}
