package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Prompts.Prompt;
import io.tokenlane.bench.balance.Replicas.Setup;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** First-token times of model calls on eight simulated replicas, by policy. */
final class ModelTable {
  private static final List<String> POLICIES =
      List.of(
          "round-robin",
          "weighted-least-connections",
          "ewma",
          "ip-hash",
          "consistent-hash",
          "prefix-affinity");
  private static final Row.Better LOWER = Row.Better.LOWER;
  private static final double TOKENS_PER_SECOND = 8_000;

  /** Fewer are over before the caches are filled, which takes all nodes a minute and more. */
  private static final int QUICK_CALLS = 30_000;

  private final boolean quick;

  /** Quick: fewer of the calls with shared beginnings. */
  ModelTable(boolean quick) {
    this.quick = quick;
  }

  /** P99 seconds to the first token with one gateway, with four, and with a replica 3 × slow. */
  private record Figures(double one, double four, double slow) {}

  /** Calls of 150 shared beginnings, and those of the trace where it is. */
  List<Row> rows(Path trace) throws IOException {
    List<Row> rows = new ArrayList<>();
    List<Prompt> shared = Prompts.shared(quick ? QUICK_CALLS : 40_000, 110, 7);
    rows.addAll(rows("model calls", shared, 200_000));
    if (Files.exists(trace)) {
      rows.addAll(rows("recorded prompts", Prompts.trace(trace, 4_000, 1), 1_000_000));
    } else {
      rows.add(Row.missing("recorded prompts", "s", "no file " + trace.getFileName()));
    }
    return rows;
  }

  private static List<Row> rows(String name, List<Prompt> prompts, long cache) {
    List<Replicas.Kind> kinds = new ArrayList<>(POLICIES.stream().map(Routers::of).toList());
    kinds.add(Routers.cacheAware());
    kinds.add(Routers.scoring());
    Map<String, Figures> figures = new LinkedHashMap<>();
    List<Figures> all = kinds.parallelStream().map(kind -> run(prompts, cache, kind)).toList();
    for (int i = 0; i < all.size(); i++) {
      figures.put(kinds.get(i).title(), all.get(i));
    }
    List<Row> rows = new ArrayList<>();
    figures.forEach(
        (kind, p99) -> {
          String id = name + ", " + kind;
          rows.add(Row.of(id + ", 1 gateway: p99 first token", p99.one(), "s", LOWER));
          rows.add(Row.of(id + ", 4 gateways: p99 first token", p99.four(), "s", LOWER));
          rows.add(Row.of(id + ", one 3x slow: p99 first token", p99.slow(), "s", LOWER));
        });
    rows.addAll(goals(name + ", prefix-affinity: ", figures));
    return rows;
  }

  private static Figures run(List<Prompt> prompts, long cache, Replicas.Kind kind) {
    List<Double> even = Routers.even(8);
    List<Double> slow = new ArrayList<>(even);
    slow.set(2, 1.0 / 3);
    return new Figures(
        Replicas.run(new Setup(even, TOKENS_PER_SECOND, cache, 1, 3), prompts, kind).p99Seconds(),
        Replicas.run(new Setup(even, TOKENS_PER_SECOND, cache, 4, 3), prompts, kind).p99Seconds(),
        Replicas.run(new Setup(slow, TOKENS_PER_SECOND, cache, 4, 3), prompts, kind).p99Seconds());
  }

  private static List<Row> goals(String id, Map<String, Figures> figures) {
    Figures none = new Figures(Double.NaN, Double.NaN, Double.NaN);
    Figures ours = figures.getOrDefault("prefix-affinity", none);
    Figures hash = figures.getOrDefault("ip-hash", none);
    Figures bounded = figures.getOrDefault("consistent-hash", none);
    return List.of(
        Row.of(id + "4 gateways / hashing the prefix", ours.four() / hash.four(), "x", LOWER)
            .withGoal(0.75),
        Row.of(id + "4 gateways / 1 gateway", ours.four() / ours.one(), "x", LOWER).withGoal(1.2),
        Row.of(id + "one 3x slow / bounded loads", ours.slow() / bounded.slow(), "x", LOWER)
            .withGoal(0.35));
  }
}
