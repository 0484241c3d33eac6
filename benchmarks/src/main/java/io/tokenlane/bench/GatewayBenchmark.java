package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;

/**
 * What one client sees, one request at a time: a node asked directly, the same through the gateway,
 * and an answer from the cache.
 */
final class GatewayBenchmark implements Benchmark {
  private final Path root;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  GatewayBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    int rounds = quick ? 500 : 4000;
    Samples direct = new Samples();
    Samples through = new Samples();
    Samples cached = new Samples();
    try (RunningSystem system = RunningSystem.start(root)) {
      for (int i = -rounds / 4; i < rounds; i++) {
        double node = post(RunningSystem.PORT + 11, "direct " + i);
        double miss = post(RunningSystem.PORT, "through " + i);
        double hit = post(RunningSystem.PORT, "cached");
        if (i >= 0) {
          direct.add(node);
          through.add(miss);
          cached.add(hit);
        }
      }
    }
    return List.of(
        Row.of("one token from a node, p50", direct.median(), "ms", Row.Better.LOWER),
        Row.of("the same through the gateway, p50", through.median(), "ms", Row.Better.LOWER)
            .withPeer("direct", direct.median()),
        Row.of("the same through the gateway, p99", through.percentile(99), "ms", Row.Better.LOWER)
            .withPeer("direct", direct.percentile(99)),
        Row.of("cache hit, p50", cached.median(), "ms", Row.Better.LOWER).withGoal(5),
        Row.of("cache hit, p99", cached.percentile(99), "ms", Row.Better.LOWER).withGoal(5));
  }

  /** Milliseconds from sending to the whole answer. */
  private double post(int port, String salt) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(salt)))
            .build();
    long start = System.nanoTime();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    double milliseconds = (System.nanoTime() - start) / 1e6;
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode() + ": " + response.body());
    }
    return milliseconds;
  }

  /** Asks for one token; the salt makes the prompt its own. */
  private static String body(String salt) {
    return """
        {"model": "tokenlane-demo", "temperature": 0, "max_tokens": 1,
         "messages": [{"role": "user", "content": "What is the capital of France? %s"}]}
        """
        .formatted(salt);
  }
}
