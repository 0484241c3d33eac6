package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway and a small node at the edge, a node and an app in the cloud, and the link between them
 * cut: serve, crash and restart while cut, heal; nothing is lost. Every part is the real one, in
 * network namespaces of its own; where Prometheus is installed, so are its agent and its receiver.
 */
class EdgeIT {
  private static final String GATEWAY = "9480";
  private static final String LOCAL = "9491";
  private static final String CLOUD = "9492";
  private static final String APP = "9493";

  /** One a second, less those that a busy machine is late with. */
  private static final double MOST_SCRAPES = 0.7;

  @TempDir Path folder;

  @Test
  void theEdgeGoesOnWithoutTheCloud() throws Exception {
    assumeTrue(Networks.allowed(), "network namespaces need root, ip and curl");
    try (Launcher build = Launcher.start("build")) {
      // Once for the three that start side by side.
      assertThat(build.awaitExit()).as(build.output()).isZero();
    }
    Path config = config("strategy: ewma");
    feed(1);
    try (Networks networks = Networks.create();
        Launcher cloud = start(networks.inCloud(), "node", "--port", CLOUD);
        Launcher local = start(networks.atEdge(), "node", "--port", LOCAL);
        Launcher app = app(networks);
        EdgeMetrics metrics = metrics(networks)) {
      Instant cut = serveThenCut(networks, config);

      config("strategy: nonsense");
      try (Launcher gateway = gateway(networks, config)) {
        eventually(networks, "What is the capital of Spain?", "x-tokenlane-fallback: local");
        assertThat(gateway.output()).contains("nonsense", "starting with the last good");
        assertThat(ask(networks, "What is the capital of France?"))
            .as("what was answered before the crash")
            .contains("tokenlane; hit", "Paris");
        assertThat(get(networks, "/api/feed.json")).contains("feed 1");

        feed(2);
        Instant healed = Instant.now();
        networks.heal();

        eventually(networks, "What is the capital of Japan?", "x-tokenlane-node: cloud");
        prefetchCatchesUp(networks);
        assertThat(cloud.output() + local.output()).doesNotContain("Exception");
        assertThat(app.output()).doesNotContain("Exception");
        if (metrics != null) {
          nothingIsMissing(metrics, cut, healed);
          everyPanelShowsSomething(metrics);
        }
      }
    }
  }

  /** Serves with the cloud, then without it, and crashes. */
  private Instant serveThenCut(Networks networks, Path config) throws Exception {
    try (Launcher gateway = gateway(networks, config)) {
      eventually(networks, "What is the capital of France?", "x-tokenlane-node: cloud");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(get(networks, "/api/feed.json")).contains("tokenlane; ", "feed 1"));

      networks.cut();
      Instant cut = Instant.now();

      assertThat(ask(networks, "What is the capital of France?"))
          .as("what was answered before")
          .contains("tokenlane; hit", "Paris");
      eventually(networks, "What is the capital of Italy?", "x-tokenlane-fallback: local");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(gateway.output()).contains("prefetch of /api/feed.json failed"));
      assertThat(get(networks, "/api/feed.json")).contains("feed 1");
      assertThat(gateway.output()).doesNotContain("Exception");
      gateway.crash();
      return cut;
    }
  }

  /** Nobody asks; only the prefetcher can have fetched what changed meanwhile. */
  private static void prefetchCatchesUp(Networks networks) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(
                        networks.edge(
                            List.of("curl", "-s", "http://127.0.0.1:9481/actuator/prefetch")))
                    .contains("\"done\":")
                    .doesNotContain("\"done\":0"));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(get(networks, "/api/feed.json")).contains("feed 2"));
  }

  private static void nothingIsMissing(EdgeMetrics metrics, Instant cut, Instant healed) {
    long seconds = Duration.between(cut, healed).toSeconds();
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(metrics.samples(cut, healed))
                    .as("samples of the %d s without a link", seconds)
                    .isGreaterThanOrEqualTo((int) (seconds * MOST_SCRAPES)));
  }

  private static void everyPanelShowsSomething(EdgeMetrics metrics) throws IOException {
    // The latest samples may still be on their way.
    for (String query : MetricNames.ofDashboards("10m")) {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(metrics.ask(query)).as(query).isNotEmpty());
    }
    for (String query : MetricNames.ofAlerts()) {
      assertThat(metrics.ask(query)).as("whether %s can be asked", query).isNotNull();
    }
  }

  private void feed(int version) throws IOException {
    Path file = Files.createDirectories(folder.resolve("app/api")).resolve("feed.json");
    Files.writeString(file, "\"feed " + version + "\"");
  }

  private Launcher app(Networks networks) throws Exception {
    List<String> command = new ArrayList<>(networks.inCloud());
    command.addAll(CloudApp.command(Networks.CLOUD_ADDRESS, APP, folder.resolve("app")));
    return Launcher.of(command);
  }

  private @Nullable EdgeMetrics metrics(Networks networks) throws IOException {
    int gateway = Integer.parseInt(GATEWAY) + 1;
    return EdgeMetrics.available()
        ? EdgeMetrics.start(networks, folder, gateway, Integer.parseInt(LOCAL))
        : null;
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
          energy.carbon_intensity: 400
          cache:
            disk: {folder: "%s", max_size: 8MB}
        prefetch: {ttl_seconds: 4, endpoints: [/api/feed.json]}
        spring.cloud.gateway.server.webflux.routes:
          - {id: app, uri: "http://%s:%s", predicates: ["Path=/api/**"]}
        """
            .formatted(
                Networks.CLOUD_ADDRESS,
                CLOUD,
                LOCAL,
                balance,
                folder.resolve("answers"),
                Networks.CLOUD_ADDRESS,
                APP));
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

  private static String get(Networks networks, String path) throws IOException {
    return networks.edge(
        List.of("curl", "-s", "-i", "-m", "20", "http://127.0.0.1:" + GATEWAY + path));
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
