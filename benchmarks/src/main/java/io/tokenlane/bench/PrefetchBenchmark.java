package io.tokenlane.bench;

import io.tokenlane.bench.Replay.Policy;
import io.tokenlane.bench.WebTrace.Request;
import io.tokenlane.bench.report.Row;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What prefetching brings on recorded traffic, replayed in its own time through the gateway's own
 * policy: misses saved, requests added, precision, age served and mean latency with an origin that
 * takes 100 ms; beside it a plain cache and stale-while-revalidate, also at equal origin requests,
 * both together, and after a restart. And the hit ratio of the store. Before that the requirement's
 * own measurement, live ({@link PrefetchLoad}).
 */
final class PrefetchBenchmark implements Benchmark {
  private static final double FRESH_SECONDS = 300;
  private static final double LONG_GRACE_SECONDS = 1_800;
  private static final double ORIGIN_MS = 100;
  private static final double HIT_MS = 1;
  private static final int ENTRY_BYTES = 1024;
  private static final String STALE = "stale-while-revalidate";

  private final Path root;
  private final Path traces;

  PrefetchBenchmark(Path root) {
    this.root = root;
    this.traces = root.resolve("../shared/traces/web");
  }

  @Override
  public String name() {
    return "prefetch";
  }

  @Override
  public List<Row> run(boolean quick) throws IOException, InterruptedException {
    if (!Files.isDirectory(traces)) {
      return List.of(Row.missing("fewer misses", "%", "no traces at " + traces.normalize()));
    }
    List<Row> rows = new ArrayList<>();
    List<Request> nasa = WebTrace.read(traces.resolve("nasa_aug95_sample.log"));
    rows.addAll(new PrefetchLoad(root, quick).rows(nasa));
    rows.addAll(replay("NASA", nasa, true));
    rows.addAll(replay("weblog", WebTrace.read(traces.resolve("apache_logs")), false));
    rows.add(web07());
    return rows;
  }

  private static List<Row> replay(String name, List<Request> requests, boolean goals) {
    Replay plain = Replay.run(requests, Policy.plain(FRESH_SECONDS));
    Replay ahead = Replay.run(requests, Policy.ahead(FRESH_SECONDS));
    Replay stale = Replay.run(requests, Policy.plain(FRESH_SECONDS).servingStale(FRESH_SECONDS));
    double[] wanted = goals ? new double[] {30, 15, 0.68, 4} : new double[0];
    List<Row> rows = new ArrayList<>(over(name, plain, ahead, wanted));
    rows.add(meanAge(name + ", mean age served", ahead, stale));
    rows.add(
        Row.of(name + ", origin requests", ahead.originRequests(), "requests", Row.Better.LOWER)
            .withPeer(STALE, stale.originRequests()));
    rows.add(servedStale(name + ", served older than allowed", ahead, stale));
    rows.addAll(equalBudget(name, requests, plain, ahead));
    rows.addAll(withStale(name, requests, goals));
    rows.addAll(afterRestart(name, requests));
    rows.add(
        Row.of(
            name + ", no cache over one that never expires and knows nothing ahead",
            speedUp(Replay.run(requests, Policy.plain(Double.MAX_VALUE))),
            "x",
            Row.Better.HIGHER));
    return rows;
  }

  private static List<Row> over(String name, Replay plain, Replay ahead, double[] goals) {
    double fewer = 100 * (1 - (double) ahead.misses() / plain.misses());
    double more = 100 * ((double) ahead.originRequests() / plain.misses() - 1);
    List<Row> rows =
        new ArrayList<>(
            List.of(
                Row.of(name + ", fewer misses than the plain cache", fewer, "%", Row.Better.HIGHER),
                Row.of(name + ", more origin requests", more, "%", Row.Better.LOWER),
                Row.of(name + ", precision", ahead.precision(), "used", Row.Better.HIGHER),
                Row.of(
                        name + ", mean latency, no cache over this",
                        speedUp(ahead),
                        "x",
                        Row.Better.HIGHER)
                    .withPeer("plain cache", speedUp(plain))));
    for (int i = 0; i < goals.length; i++) {
      rows.set(i, rows.get(i).withGoal(goals[i]));
    }
    return rows;
  }

  private static double speedUp(Replay replay) {
    return ORIGIN_MS / replay.meanMillis(HIT_MS, ORIGIN_MS);
  }

  /**
   * Renewing behind what is asked for late in its life, so late that it costs the origin as many
   * requests as fetching ahead does and nothing is served older than allowed either.
   */
  private static List<Row> equalBudget(
      String name, List<Request> requests, Replay plain, Replay ahead) {
    Replay best = plain;
    for (double after = FRESH_SECONDS - 5; after > 0; after -= 5) {
      Replay tried = Replay.run(requests, Policy.plain(FRESH_SECONDS).renewingAfter(after));
      if (tried.originRequests() > ahead.originRequests()) {
        break;
      }
      best = tried;
    }
    String peer = "renewed when asked for";
    return List.of(
        Row.of(
                name + ", misses at equal origin requests",
                ahead.misses(),
                "misses",
                Row.Better.LOWER)
            .withPeer(peer, best.misses()),
        Row.of(
                name + ", mean age served at equal origin requests",
                ahead.meanAgeSeconds(),
                "s",
                Row.Better.LOWER)
            .withPeer(peer, best.meanAgeSeconds()));
  }

  /** Both together: what is not fetched ahead may be served stale while it is renewed. */
  private static List<Row> withStale(String name, List<Request> requests, boolean goals) {
    List<Row> rows = new ArrayList<>();
    for (double grace : new double[] {FRESH_SECONDS, LONG_GRACE_SECONDS}) {
      Replay stale = Replay.run(requests, Policy.plain(FRESH_SECONDS).servingStale(grace));
      Replay both = Replay.run(requests, Policy.ahead(FRESH_SECONDS).servingStale(grace));
      String id = "%s, also stale for %.0f s, ".formatted(name, grace);
      Row speed =
          Row.of(id + "mean latency, no cache over this", speedUp(both), "x", Row.Better.HIGHER)
              .withPeer(STALE, speedUp(stale));
      rows.add(goals ? speed.withGoal(4) : speed);
      rows.add(meanAge(id + "mean age served", both, stale));
      rows.add(servedStale(id + "served older than fresh", both, stale));
    }
    return rows;
  }

  private static Row meanAge(String id, Replay own, Replay stale) {
    return Row.of(id, own.meanAgeSeconds(), "s", Row.Better.LOWER)
        .withPeer(STALE, stale.meanAgeSeconds());
  }

  private static Row servedStale(String id, Replay own, Replay stale) {
    return Row.of(id, own.staleServed(), "answers", Row.Better.LOWER)
        .withPeer(STALE, stale.staleServed());
  }

  /**
   * The second half, by a process that finds on disk what one before it has learnt of the first.
   */
  private static List<Row> afterRestart(String name, List<Request> requests) {
    int half = requests.size() / 2;
    List<Request> second = requests.subList(half, requests.size());
    Policy policy = Policy.ahead(FRESH_SECONDS);
    Replay first = Replay.run(requests.subList(0, half), policy);
    Replay plain = Replay.run(second, Policy.plain(FRESH_SECONDS));
    Replay anew = Replay.run(second, policy);
    Replay knowing = Replay.runAfter(first, second, policy);
    List<Row> rows =
        new ArrayList<>(
            over(name + ", second half after a restart", plain, knowing, new double[0]));
    double fewer = 100 * (1 - (double) anew.misses() / plain.misses());
    rows.set(0, rows.getFirst().withPeer("having forgotten", fewer));
    return rows;
  }

  /** The store's hit ratio where a tenth of the trace's keys fit. */
  private Row web07() throws IOException, InterruptedException {
    List<Integer> keys = new ArrayList<>();
    Process xz =
        new ProcessBuilder("xz", "-dc", traces.resolve("cache2k-web07.trace.xz").toString())
            .start();
    try (DataInputStream in = new DataInputStream(xz.getInputStream())) {
      while (true) {
        keys.add(in.readInt());
      }
    } catch (EOFException end) {
      xz.waitFor();
    }
    int unique = new HashSet<>(keys).size();
    long bytes = (long) unique / 10 * weightOfOne();
    AnswerCache cache = new AnswerCache(bytes, ENTRY_BYTES, System::nanoTime);
    int hits = 0;
    for (int key : keys) {
      String name = "%08x".formatted(key);
      if (cache.find(name).isPresent()) {
        hits++;
      } else {
        cache.put(name, answer(name), cache.nowNanos());
      }
    }
    return Row.of(
            "web07, hit ratio at 10 % of its keys",
            100.0 * hits / keys.size(), "%", Row.Better.HIGHER)
        .withGoal(62)
        .withPeer("LRU", 55.7);
  }

  private static long weightOfOne() {
    AnswerCache alone = new AnswerCache(1 << 20, ENTRY_BYTES, System::nanoTime);
    String name = "%08x".formatted(0);
    alone.put(name, answer(name), alone.nowNanos());
    return alone.weightBytes();
  }

  private static Answer answer(String group) {
    return new Answer(
        group,
        200,
        HttpFields.NONE,
        ByteBuffer.allocate(16),
        Answer.Times.fresh(System.nanoTime(), Duration.ofDays(1)));
  }
}
