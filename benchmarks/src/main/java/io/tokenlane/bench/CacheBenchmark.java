package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The gateway as a shared HTTP cache: the public suite http-tests/cache-tests (fetched by npm, not
 * kept here), what a hit costs, crowds of identical requests before an origin that takes 100 ms,
 * and hostile requests; all of them, or some: {@code --only=hits,keys,crowds,hostile,suite}. {@code
 * --workers=N} gives each cache so many threads that answer, else two, and the gateway its own
 * default: with wrk beside them, two keep more threads busy than two processors have room for.
 */
final class CacheBenchmark implements Benchmark {
  private static final int GATEWAY_PORT = 28090;
  private static final int CROWD = 100;
  private static final int WARM_UP_REQUESTS = 3_000;

  /** What a JVM needs until its code is compiled; native peers need none of it. */
  private static final int WARM_UP_SECONDS = 20;

  private static final int[] SIZES = {1024, 16 * 1024};

  /** What can be measured by itself. */
  private enum Part {
    HITS,
    KEYS,
    CROWDS,
    HOSTILE,
    SUITE
  }

  private static final String ONLY = "--only=";
  private static final String WORKERS = "--workers=";
  private static final int PEERS_WORKERS = 2;

  private final Path root;
  private final Set<Part> parts;
  private final OptionalInt workers;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param only parts with commas between, as {@code hits,keys,crowds,hostile,suite}; empty: all
   * @param workers threads that answer; empty: as each has by itself
   */
  CacheBenchmark(Path root, String only, OptionalInt workers) {
    this.root = root;
    this.parts = parts(only);
    this.workers = workers;
  }

  /** Takes {@code --workers=N} out of the arguments. */
  static OptionalInt workers(List<String> arguments) {
    Optional<String> told = arguments.stream().filter(a -> a.startsWith(WORKERS)).findFirst();
    if (told.isEmpty()) {
      return OptionalInt.empty();
    }
    arguments.remove(told.get());
    String count = told.get().substring(WORKERS.length());
    if (!count.matches("[1-9][0-9]?")) {
      throw new IllegalArgumentException(WORKERS + count + " (expected: 1 to 99)");
    }
    return OptionalInt.of(Integer.parseInt(count));
  }

  /** Takes {@code --only=PARTS} out of the arguments. */
  static String only(List<String> arguments) {
    String only = arguments.stream().filter(a -> a.startsWith(ONLY)).findFirst().orElse(ONLY);
    arguments.remove(only);
    return only.substring(ONLY.length());
  }

  private static Set<Part> parts(String only) {
    EnumSet<Part> parts = EnumSet.noneOf(Part.class);
    for (String name : only.isEmpty() ? new String[0] : only.split(",")) {
      Part part =
          Arrays.stream(Part.values())
              .filter(p -> p.name().equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s%s (expected: some of hits, keys, crowds, hostile, suite)"
                              .formatted(ONLY, only)));
      parts.add(part);
    }
    return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
  }

  private boolean measures(Part part) {
    return parts.contains(part);
  }

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    List<Row> rows = new ArrayList<>();
    int seconds = quick ? 2 : 8;
    if (measures(Part.HITS) || measures(Part.CROWDS)) {
      rows.addAll(besidePeers(quick, seconds));
    }
    if (measures(Part.KEYS)) {
      try (SlowOrigin origin = SlowOrigin.start()) {
        rows.addAll(withKeys(origin, seconds));
      }
    }
    if (measures(Part.HOSTILE)) {
      rows.addAll(hostile(quick ? 1_000 : 10_000));
    }
    if (measures(Part.SUITE)) {
      rows.addAll(CacheSuite.run(root, GATEWAY_PORT));
    }
    return rows;
  }

  private List<Row> besidePeers(boolean quick, int seconds) throws Exception {
    Map<CacheProxies, Map<Integer, HitCost>> hits = new EnumMap<>(CacheProxies.class);
    Map<CacheProxies, Map<String, double[]>> crowds = new EnumMap<>(CacheProxies.class);
    try (SlowOrigin origin = SlowOrigin.start()) {
      for (CacheProxies peer : CacheProxies.values()) {
        if (peer.installed()) {
          try (CacheProxies.Running running =
              peer.start(origin.port(), workers.orElse(PEERS_WORKERS))) {
            hits.put(peer, hits(running.process(), running.port(), seconds, seconds));
            crowds.put(peer, crowds(origin, running.port(), quick));
          }
        }
      }
      List<Row> rows = new ArrayList<>(ours(origin, quick, hits, crowds));
      rows.addAll(others(hits, crowds));
      return rows;
    }
  }

  private List<Row> ours(
      SlowOrigin origin,
      boolean quick,
      Map<CacheProxies, Map<Integer, HitCost>> hits,
      Map<CacheProxies, Map<String, double[]>> crowds)
      throws Exception {
    List<Row> rows = new ArrayList<>();
    int seconds = quick ? 2 : 8;
    try (RunningGateway gateway =
        RunningGateway.before(root, GATEWAY_PORT, origin.uri(), "", workers)) {
      if (measures(Part.CROWDS)) {
        warmUp();
        Map<String, double[]> crowd = crowds(origin, GATEWAY_PORT, false);
        Map<String, double[]> varnish = crowds.getOrDefault(CacheProxies.VARNISH, Map.of());
        for (Crowd kind : Crowd.values()) {
          rows.addAll(kind.rows("", crowd, varnish));
        }
        rows.add(cookies());
      }
      if (measures(Part.HITS) && !HitCost.measurable()) {
        rows.add(Row.missing("hit, CPU", "µs", "needs wrk and /proc"));
      }
      Map<Integer, HitCost> own = hits(gateway.process(), GATEWAY_PORT, seconds, WARM_UP_SECONDS);
      own.forEach((size, cost) -> rows.addAll(hitRows(size, cost, hits)));
    }
    return rows;
  }

  /**
   * Processor time, rate and slowest hundredth of hits by their size in bytes, after so many
   * seconds of the same.
   */
  private Map<Integer, HitCost> hits(Process cache, int port, int seconds, int warmUp)
      throws Exception {
    Map<Integer, HitCost> costs = new TreeMap<>();
    if (measures(Part.HITS) && HitCost.measurable()) {
      for (int size : SIZES) {
        String url = "http://127.0.0.1:" + port + "/fast/size/" + size;
        HitCost.once(cache, url, warmUp);
        costs.put(size, HitCost.of(cache, url, seconds));
      }
    }
    return costs;
  }

  private static List<Row> hitRows(
      int size, HitCost own, Map<CacheProxies, Map<Integer, HitCost>> others) {
    String id = "hit, " + size / 1024 + " KB, ";
    HitCost nginx = others.getOrDefault(CacheProxies.NGINX, Map.of()).get(size);
    Row cpu = Row.of(id + "CPU", own.cpuMicros(), "µs", Row.Better.LOWER);
    Row p99 = Row.of(id + "p99", own.p99Millis(), "ms", Row.Better.LOWER);
    Row rate = Row.of(id + "rate", own.perSecond(), "requests/s", Row.Better.HIGHER);
    return nginx == null
        ? List.of(cpu, p99, rate)
        : List.of(
            cpu.withGoal(nginx.cpuMicros()).withPeer("nginx", nginx.cpuMicros()),
            p99.withGoal(nginx.p99Millis()).withPeer("nginx", nginx.p99Millis()),
            rate.withPeer("nginx", nginx.perSecond()));
  }

  private static List<Row> others(
      Map<CacheProxies, Map<Integer, HitCost>> hits,
      Map<CacheProxies, Map<String, double[]>> crowds) {
    List<Row> rows = new ArrayList<>();
    hits.forEach(
        (peer, costs) ->
            costs.forEach(
                (size, cost) -> {
                  String id = peer.title() + ", hit, " + size / 1024 + " KB, ";
                  rows.add(Row.of(id + "CPU", cost.cpuMicros(), "µs", Row.Better.LOWER));
                  rows.add(Row.of(id + "p99", cost.p99Millis(), "ms", Row.Better.LOWER));
                }));
    crowds.forEach(
        (peer, crowd) -> {
          if (crowd.isEmpty()) {
            return;
          }
          for (Crowd kind : Crowd.values()) {
            rows.addAll(kind.rows(peer.title() + ", ", crowd, Map.of()));
          }
        });
    return rows;
  }

  /** Hits of clients that prove who they are, over those of strangers, in one gateway each. */
  private List<Row> withKeys(SlowOrigin origin, int seconds) throws Exception {
    if (!HitCost.measurable()) {
      return List.of(Row.missing("hits with API keys over bare", "x", "needs wrk and /proc"));
    }
    Path keys = Files.createTempDirectory("tokenlane-bench").resolve("keys.yaml");
    String key = BenchKeys.mint(root, keys, "acme");
    String security = "tokenlane.security: {api_keys: {file: %s}, anonymous: true}".formatted(keys);
    try (RunningGateway gateway =
        RunningGateway.before(root, GATEWAY_PORT, origin.uri(), security, workers)) {
      String url = "http://127.0.0.1:" + GATEWAY_PORT + "/fast/size/1024";
      String credential = "Authorization: Bearer " + key;
      HitCost.once(gateway.process(), url, WARM_UP_SECONDS);
      HitCost.once(gateway.process(), url, WARM_UP_SECONDS / 2, credential);
      HitCost bare = HitCost.of(gateway.process(), url, seconds);
      HitCost proved = HitCost.of(gateway.process(), url, seconds, credential);
      return List.of(
          Row.of(
                  "hits with API keys over bare",
                  proved.perSecond() / bare.perSecond(),
                  "x",
                  Row.Better.HIGHER)
              .withGoal(0.8),
          Row.of("hit with an API key, 1 KB, CPU", proved.cpuMicros(), "µs", Row.Better.LOWER));
    }
  }

  private List<Row> hostile(int requests) throws Exception {
    Path keys = Files.createTempDirectory("tokenlane-bench").resolve("keys.yaml");
    Map<String, String> tenants = new TreeMap<>();
    for (String tenant : List.of("one", "two")) {
      tenants.put(tenant, BenchKeys.mint(root, keys, tenant));
    }
    String security = "tokenlane.security: {api_keys: {file: %s}, anonymous: true}".formatted(keys);
    try (HostileCases cases = new HostileCases();
        RunningGateway gateway = RunningGateway.before(root, GATEWAY_PORT, cases.uri(), security)) {
      cases.run(GATEWAY_PORT, tenants, requests);
      return List.of(
          Row.of(
                  "hostile requests given another's answer, or a forbidden one",
                  (double) cases.violations(),
                  "answers",
                  Row.Better.LOWER)
              .withGoal(0),
          Row.of(
              "hostile requests answered from the cache",
              (double) cases.fromCache(),
              "answers",
              Row.Better.HIGHER));
    }
  }

  private void warmUp() {
    for (int i = 0; i < WARM_UP_REQUESTS; i += CROWD) {
      crowd(GATEWAY_PORT, "/fast/warm" + i + "/", CROWD, 10);
      crowd(GATEWAY_PORT, "/fast-no-store/warm" + i, CROWD, 1);
    }
  }

  /** Crowds before an origin that takes 100 ms. */
  private enum Crowd {
    COLD("cold cacheable", "/cacheable", CROWD, 1, 150),
    COLD_NO_STORE("cold no-store", "/no-store", CROWD, 0, 250),
    REPEAT_NO_STORE("repeat no-store", "/no-store", CROWD, 0, 140),
    VARY("10 Vary variants", "/vary", CROWD, 10, 0),
    STREAMED("streamed", "/streamed", CROWD, 1, 0),
    THOUSAND("cacheable", "/thousand", 1_000, 1, 0);

    private final String what;
    private final String path;
    private final int size;
    private final int wanted;
    private final double goalMillis;

    /** Goals of 0 are none. */
    Crowd(String what, String path, int size, int wanted, double goalMillis) {
      this.what = what;
      this.path = path;
      this.size = size;
      this.wanted = wanted;
      this.goalMillis = goalMillis;
    }

    private List<Row> rows(
        String whose, Map<String, double[]> measured, Map<String, double[]> peer) {
      double[] own = measured.getOrDefault(what, new double[2]);
      String id = whose + size + " at once, " + what;
      Row p99 = Row.of(id + ", p99", own[0], "ms", Row.Better.LOWER);
      Row fetches = Row.of(id + ", origin requests", own[1], "requests", Row.Better.LOWER);
      if (whose.isEmpty()) {
        p99 = goalMillis == 0 ? p99 : p99.withGoal(goalMillis);
        fetches = wanted == 0 ? fetches : fetches.withGoal(wanted);
      }
      double[] theirs = peer.get(what);
      return theirs == null
          ? List.of(p99, fetches)
          : List.of(p99.withPeer("varnish", theirs[0]), fetches.withPeer("varnish", theirs[1]));
    }
  }

  /**
   * The slowest hundredth in milliseconds and the origin's requests, by crowd; medians of three.
   */
  private Map<String, double[]> crowds(SlowOrigin origin, int port, boolean once) {
    Map<String, double[]> found = new HashMap<>();
    if (!measures(Part.CROWDS)) {
      return found;
    }
    int rounds = once ? 1 : 3;
    for (Crowd kind : Crowd.values()) {
      List<double[]> runs = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        int before = origin.fetches();
        Samples times = crowd(port, kind.path + i, kind.size, 10);
        runs.add(new double[] {times.percentile(99), origin.fetches() - before});
      }
      runs.sort(Comparator.comparingDouble(run -> run[0]));
      found.put(kind.what, runs.get(rounds / 2));
    }
    return found;
  }

  /** Milliseconds of each of {@code size} requests sent at once, in so many kinds. */
  private Samples crowd(int port, String path, int size, int kinds) {
    List<CompletableFuture<Double>> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < size; i++) {
      all.add(send(port, path, i % kinds).thenApply(a -> (System.nanoTime() - start) / 1e6));
    }
    Samples times = new Samples();
    all.forEach(one -> times.add(one.join()));
    return times;
  }

  private CompletableFuture<HttpResponse<String>> send(int port, String path, int kind) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).header("X-Kind", "" + kind).build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  /** How many clients of a crowd got a cookie that another one got as well. */
  private Row cookies() {
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      all.add(
          send(GATEWAY_PORT, "/cookie", 0)
              .thenApply(a -> a.headers().firstValue("Set-Cookie").orElse("none")));
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
