package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The gateway as a shared HTTP cache: the public suite http-tests/cache-tests (fetched by npm, not
 * kept here), and crowds of identical requests before an origin that takes 100 ms.
 */
final class CacheBenchmark implements Benchmark {
  private static final int GATEWAY_PORT = 28090;
  private static final int CROWD = 100;

  private final Path root;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  CacheBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (SlowOrigin origin = SlowOrigin.start();
        RunningGateway gateway = RunningGateway.before(root, GATEWAY_PORT, origin.uri(), "")) {
      warmUp(quick ? 300 : 2_000);
      rows.addAll(crowds(origin));
    }
    rows.addAll(CacheSuite.run(root, GATEWAY_PORT));
    return rows;
  }

  private void warmUp(int rounds) {
    for (int i = 0; i < rounds; i += CROWD) {
      crowd("/fast/warm" + i + "/", CROWD, 10);
    }
  }

  private List<Row> crowds(SlowOrigin origin) {
    List<Row> rows = new ArrayList<>();
    rows.addAll(measured(origin, "cold cacheable", "/cacheable", 1, 150));
    rows.addAll(measured(origin, "cold no-store", "/no-store", 0, 250));
    rows.addAll(measured(origin, "repeat no-store", "/no-store", 0, 140));
    rows.addAll(measured(origin, "10 Vary variants", "/vary", 10, 0));
    rows.addAll(measured(origin, "streamed", "/streamed", 1, 0));
    int before = origin.fetches();
    crowd("/thousand", 1_000, 1);
    rows.add(fetches("1,000 at once, cacheable", origin.fetches() - before, 1));
    rows.add(cookies());
    return rows;
  }

  /** A goal of 0 is none. */
  private List<Row> measured(
      SlowOrigin origin, String what, String path, int wanted, double milliseconds) {
    int before = origin.fetches();
    Samples times = crowd(path, CROWD, 10);
    int fetched = origin.fetches() - before;
    String id = CROWD + " at once, " + what;
    Row p99 = Row.of(id + ", p99", times.percentile(99), "ms", Row.Better.LOWER);
    return List.of(
        milliseconds == 0 ? p99 : p99.withGoal(milliseconds), fetches(id, fetched, wanted));
  }

  private static Row fetches(String id, int fetched, int wanted) {
    Row row = Row.of(id + ", origin requests", fetched, "requests", Row.Better.LOWER);
    return wanted == 0 ? row : row.withGoal(wanted);
  }

  /** Milliseconds of each of {@code size} requests sent at once, in so many kinds. */
  private Samples crowd(String path, int size, int kinds) {
    List<CompletableFuture<Double>> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < size; i++) {
      all.add(send(path, i % kinds).thenApply(a -> (System.nanoTime() - start) / 1e6));
    }
    Samples times = new Samples();
    all.forEach(one -> times.add(one.join()));
    return times;
  }

  private CompletableFuture<HttpResponse<String>> send(String path, int kind) {
    URI uri = URI.create("http://127.0.0.1:" + GATEWAY_PORT + path);
    HttpRequest request = HttpRequest.newBuilder(uri).header("X-Kind", "" + kind).build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  /** How many clients of a crowd got a cookie that another one got as well. */
  private Row cookies() {
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      all.add(
          send("/cookie", 0).thenApply(a -> a.headers().firstValue("Set-Cookie").orElse("none")));
    }
    Map<String, Long> counts =
        all.stream()
            .map(CompletableFuture::join)
            .collect(Collectors.groupingBy(c -> c, Collectors.counting()));
    long shared = counts.values().stream().filter(count -> count > 1).count();
    return Row.of(
            "cookies given to more than one client", (double) shared, "cookies", Row.Better.LOWER)
        .withGoal(0);
  }
}
