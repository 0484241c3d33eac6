package io.tokenlane.bench;

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
 * takes 100 ms; beside it a plain cache and stale-while-revalidate. And the hit ratio of the store.
 */
final class PrefetchBenchmark implements Benchmark {
  private static final double FRESH_SECONDS = 300;
  private static final double ORIGIN_MS = 100;
  private static final double HIT_MS = 1;
  private static final int ENTRY_BYTES = 1024;

  private final Path traces;

  PrefetchBenchmark(Path root) {
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
    rows.addAll(replay("NASA", WebTrace.read(traces.resolve("nasa_aug95_sample.log")), true));
    rows.addAll(replay("weblog", WebTrace.read(traces.resolve("apache_logs")), false));
    rows.add(web07());
    return rows;
  }

  private static List<Row> replay(String name, List<Request> requests, boolean goals) {
    Replay plain = Replay.run(requests, FRESH_SECONDS, Replay.Policy.PLAIN);
    Replay ahead = Replay.run(requests, FRESH_SECONDS, Replay.Policy.FORESIGHT);
    Replay stale = Replay.run(requests, FRESH_SECONDS, Replay.Policy.STALE_WHILE_REVALIDATE);
    double fewer = 100 * (1 - (double) ahead.misses() / plain.misses());
    double more = 100 * ((double) ahead.originRequests() / plain.misses() - 1);
    double speedUp = ORIGIN_MS / ahead.meanMillis(HIT_MS, ORIGIN_MS);
    List<Row> rows =
        new ArrayList<>(
            List.of(
                Row.of(name + ", fewer misses than the plain cache", fewer, "%", Row.Better.HIGHER),
                Row.of(name + ", more origin requests", more, "%", Row.Better.LOWER),
                Row.of(name + ", precision", ahead.precision(), "used", Row.Better.HIGHER),
                Row.of(name + ", mean latency, no cache over this", speedUp, "x", Row.Better.HIGHER)
                    .withPeer("plain cache", ORIGIN_MS / plain.meanMillis(HIT_MS, ORIGIN_MS))));
    if (goals) {
      double[] wanted = {30, 15, 0.68, 4};
      for (int i = 0; i < wanted.length; i++) {
        rows.set(i, rows.get(i).withGoal(wanted[i]));
      }
    }
    rows.add(
        Row.of(name + ", mean age served", ahead.meanAgeSeconds(), "s", Row.Better.LOWER)
            .withPeer("stale-while-revalidate", stale.meanAgeSeconds()));
    rows.add(
        Row.of(name + ", origin requests", ahead.originRequests(), "requests", Row.Better.LOWER)
            .withPeer("stale-while-revalidate", stale.originRequests()));
    rows.add(
        Row.of(name + ", served older than allowed", 0, "answers", Row.Better.LOWER)
            .withPeer("stale-while-revalidate", stale.staleServed()));
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
