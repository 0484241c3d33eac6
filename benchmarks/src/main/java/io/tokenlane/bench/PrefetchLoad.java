package io.tokenlane.bench;

import io.tokenlane.bench.WebTrace.Request;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The requirement's own measurement, on the real gateway: clients that ask one request after the
 * other, in the order of recorded traffic but as fast as they are answered, of an origin that takes
 * 100 ms; without a cache, with one, and with the endpoints fetched ahead that were asked for most
 * in the first half of the record. Only its second half is asked. Answers are fresh for two
 * seconds, so that they expire as often as they would in hours: a hundred endpoints that take 100
 * ms each are kept fresh by six fetches at once, hence {@code concurrency}. Before it is measured
 * each gateway, and the client, answers the same load until it is compiled.
 */
final class PrefetchLoad {
  private static final int PORT = 28070;
  private static final int CLIENTS = 150;
  private static final int PLANNED = 100;
  private static final double THEIR_LATENCY = 43.0 / 128;
  private static final double THEIR_RATE = 3960.0 / 1420;
  private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9_./~-]*");
  private static final String BRIEFLY = SlowOrigin.BRIEFLY;

  private final Path root;
  private final boolean quick;

  PrefetchLoad(Path root, boolean quick) {
    this.root = root;
    this.quick = quick;
  }

  /**
   * What clients saw.
   *
   * @param millis mean time to the whole answer
   * @param rate answers a second
   * @param hits share of the answers that came from the cache, 0 to 1
   */
  private record Seen(double millis, double rate, double hits, int failed) {}

  List<Row> rows(List<Request> trace) throws IOException, InterruptedException {
    List<String> targets =
        trace.stream()
            .map(Request::target)
            .filter(target -> PLAIN.matcher(target).matches())
            .map(target -> BRIEFLY + target)
            .toList();
    List<String> asked = targets.subList(targets.size() / 2, targets.size());
    String planned = planned(targets.subList(0, targets.size() / 2));
    try (SlowOrigin origin = SlowOrigin.start()) {
      Seen none = seen(origin, asked, "tokenlane.cache.enabled: false\nprefetch.enabled: false");
      Seen plain = seen(origin, asked, "prefetch.enabled: false");
      Seen ahead =
          seen(
              origin,
              asked,
              "prefetch: {ttl_seconds: 2, concurrency: 8, endpoints: [" + planned + "]}");
      return rows(none, plain, ahead);
    }
  }

  private static List<Row> rows(Seen none, Seen plain, Seen ahead) {
    String peer = "no cache, no prefetch";
    return List.of(
        Row.of("live, mean latency with prefetch", ahead.millis(), "ms", Row.Better.LOWER)
            .withGoal(THEIR_LATENCY * none.millis())
            .withPeer(peer, none.millis()),
        Row.of("live, requests/s with prefetch", ahead.rate(), "1/s", Row.Better.HIGHER)
            .withGoal(THEIR_RATE * none.rate())
            .withPeer(peer, none.rate()),
        Row.of("live, mean latency with a cache alone", plain.millis(), "ms", Row.Better.LOWER)
            .withPeer(peer, none.millis()),
        Row.of("live, requests/s with a cache alone", plain.rate(), "1/s", Row.Better.HIGHER)
            .withPeer(peer, none.rate()),
        Row.of("live, hits with prefetch", 100 * ahead.hits(), "%", Row.Better.HIGHER)
            .withPeer("a cache alone", 100 * plain.hits()),
        Row.of(
                "live, requests without a good answer",
                none.failed() + plain.failed() + ahead.failed(),
                "requests",
                Row.Better.LOWER)
            .withGoal(0));
  }

  /** The targets asked for most, as a list in YAML. */
  private static String planned(List<String> past) {
    Map<String, Long> counts =
        past.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(PLANNED)
        .map(entry -> '"' + entry.getKey() + '"')
        .collect(Collectors.joining(", "));
  }

  private Seen seen(SlowOrigin origin, List<String> targets, String more)
      throws IOException, InterruptedException {
    try (RunningGateway gateway = RunningGateway.before(root, PORT, origin.uri(), more)) {
      var _ = load(targets, Duration.ofSeconds(quick ? 12 : 30));
      return load(targets, Duration.ofSeconds(quick ? 4 : 30));
    }
  }

  private static Seen load(List<String> targets, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    AtomicInteger next = new AtomicInteger();
    ConcurrentLinkedQueue<Asked> all = new ConcurrentLinkedQueue<>();
    long begun = System.nanoTime();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        threads.execute(
            () -> {
              while (System.nanoTime() < end) {
                int number = Math.floorMod(next.getAndIncrement(), targets.size());
                all.add(Asked.of(client, targets.get(number)));
              }
            });
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<Asked> good = all.stream().filter(Asked::good).toList();
    return new Seen(
        good.stream().mapToDouble(Asked::millis).average().orElse(Double.NaN),
        good.size() / seconds,
        good.stream().filter(Asked::hit).count() / (double) Math.max(1, good.size()),
        all.size() - good.size());
  }

  private record Asked(double millis, boolean good, boolean hit) {
    static Asked of(HttpClient client, String target) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + target))
              .timeout(Duration.ofSeconds(30))
              .build();
      long begun = System.nanoTime();
      try {
        HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
        boolean hit = answer.headers().firstValue("Cache-Status").orElse("").contains("; hit");
        return new Asked((System.nanoTime() - begun) / 1e6, answer.statusCode() == 200, hit);
      } catch (IOException failed) {
        return new Asked(0, false, false);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new Asked(0, false, false);
      }
    }
  }
}
