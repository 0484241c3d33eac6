package io.tokenlane.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prometheus as the manifests have it: an agent at the edge that keeps what it cannot send, and a
 * receiver in the cloud.
 */
final class EdgeMetrics implements AutoCloseable {
  private static final String RECEIVER = Networks.CLOUD_ADDRESS + ":9495";
  private static final String AGENT = "127.0.0.1:9496";

  private final Networks networks;
  private final List<Process> processes = new ArrayList<>();

  private EdgeMetrics(Networks networks) {
    this.networks = networks;
  }

  static boolean available() {
    try {
      return new ProcessBuilder("prometheus", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notInstalled) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Starts both; the agent scrapes these ports of the edge's loopback every second. */
  static EdgeMetrics start(Networks networks, Path folder, int gateway, int node)
      throws IOException {
    EdgeMetrics metrics = new EdgeMetrics(networks);
    Path nothing = Files.writeString(folder.resolve("receiver.yaml"), "global: {}\n");
    metrics.run(
        networks.inCloud(),
        folder.resolve("receiver"),
        "--web.enable-remote-write-receiver",
        "--config.file=" + nothing,
        "--storage.tsdb.path=" + folder.resolve("receiver"),
        "--web.listen-address=" + RECEIVER);
    Path scraping =
        Files.writeString(
            folder.resolve("agent.yaml"),
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: gateway
                metrics_path: /actuator/prometheus
                static_configs:
                  - {targets: ["127.0.0.1:%d"], labels: {namespace: tokenlane, pod: gateway}}
              - job_name: node
                metrics_path: /actuator/prometheus
                static_configs:
                  - {targets: ["127.0.0.1:%d"], labels: {namespace: tokenlane, pod: node}}
            remote_write: [{url: "http://%s/api/v1/write"}]
            """
                .formatted(gateway, node, RECEIVER));
    metrics.run(
        networks.atEdge(),
        folder.resolve("agent"),
        third() ? "--agent" : "--enable-feature=agent",
        "--config.file=" + scraping,
        "--storage.agent.path=" + folder.resolve("agent"),
        "--web.listen-address=" + AGENT);
    return metrics;
  }

  /** Since its third version the agent is no experiment any more. */
  private static boolean third() throws IOException {
    Process help = new ProcessBuilder("prometheus", "--help").redirectErrorStream(true).start();
    return new String(help.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
        .contains("--[no-]agent");
  }

  private void run(List<String> where, Path folder, String... options) throws IOException {
    List<String> command = new ArrayList<>(where);
    command.add("prometheus");
    command.addAll(List.of(options));
    Files.createDirectories(folder);
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
            .start());
  }

  /** How many samples the receiver has of the edge's node between two moments. */
  int samples(Instant from, Instant to) throws IOException {
    long seconds = Math.max(1, Duration.between(from, to).toSeconds());
    JsonNode result = ask("count_over_time(up{job=\"node\"}[" + seconds + "s])", to);
    return result.isEmpty() ? 0 : Integer.parseInt(result.at("/0/value/1").asString());
  }

  /** What the receiver answers a query now. */
  JsonNode ask(String query) throws IOException {
    return ask(query, Instant.now());
  }

  private JsonNode ask(String query, Instant at) throws IOException {
    String body =
        networks.cloud(
            List.of(
                "curl",
                "-s",
                "-m",
                "10",
                "--data-urlencode",
                "query=" + query,
                "--data-urlencode",
                "time=" + at.toEpochMilli() / 1e3,
                "http://" + RECEIVER + "/api/v1/query"));
    JsonNode answer = JsonMapper.shared().readTree(body);
    if (!answer.path("status").asString("").equals("success")) {
      throw new IllegalStateException(query + ": " + body);
    }
    return answer.at("/data/result");
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
