package io.tokenlane.bench.adaptive;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.adaptive.DemoEngine.Way;
import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.EarlyExit.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of early exits: accuracy and latency of all layers, of exits by the embedded
 * calibration, and of exact drafting, in turns question by question; then the time for all
 * questions with 8 and 32 at once. What taking rows out of a batch is worth is shown beside layers
 * that are asked just as well, but whose rows stay. Each way and each pass has an engine of its
 * own, as one learns from its answers: it has answered questions of the development split before,
 * and none of those that are measured.
 */
final class ExitTable {
  private static final Path CALIBRATION =
      Path.of("inference-node/server/src/main/resources/models/demo-q8_0.early-exit.json");
  private static final int DRAFT_LAYERS = 3;
  private static final float DRAFT_THRESHOLD = 0.4f;

  private static final int STAYING = 3;
  private static final int ASKED_FOR_EVER = 100;

  /** The requirement's table. */
  private static final String REQUIREMENT = "the requirement's";

  private static final double THEIR_LOSS = 89.2 - 87.5;
  private static final double THEIR_LATENCY = 98.0 / 150;

  private final Opener opener;
  private final List<Question> dev;
  private final List<Question> tasks;
  private final int rounds;
  private final List<Way> ways;

  /** Opens a fresh engine. */
  @FunctionalInterface
  interface Opener {
    DemoEngine open();
  }

  ExitTable(Opener opener, List<Question> dev, List<Question> tasks, Path root, int rounds) {
    this.opener = opener;
    this.dev = dev;
    this.tasks = tasks;
    this.rounds = rounds;
    EarlyExit exits = calibrated(root);
    ways = List.of(Way.PLAIN, Way.exit(exits), Way.exit(exact()), Way.exit(staying(exits)));
  }

  static EarlyExit calibrated(Path root) {
    JsonNode file = JsonMapper.shared().readTree(root.resolve(CALIBRATION).toFile());
    List<Float> thresholds = new ArrayList<>();
    for (JsonNode threshold : file.get("thresholds")) {
      thresholds.add(threshold.isNull() ? 2f : (float) threshold.doubleValue());
    }
    return new EarlyExit(Mode.THRESHOLD, 1, 1, 1, thresholds);
  }

  private static EarlyExit exact() {
    return new EarlyExit(Mode.EXACT, DRAFT_THRESHOLD, DRAFT_LAYERS, 1, List.of());
  }

  /** Asks the same layers, but is never patient enough for a row to leave. */
  private static EarlyExit staying(EarlyExit exits) {
    return new EarlyExit(Mode.THRESHOLD, 1, 1, ASKED_FOR_EVER, exits.calibrated());
  }

  List<Row> measure() {
    List<Row> rows = new ArrayList<>(alone());
    for (int atOnce : new int[] {8, 32}) {
      rows.addAll(together(atOnce));
    }
    return rows;
  }

  /** One question at a time; the ways in turns, so that all meet the same noise. */
  private List<Row> alone() {
    int[] right = new int[ways.size()];
    int same = 0;
    Samples compacted = new Samples();
    List<Samples> ratios = Stream.generate(Samples::new).limit(ways.size()).toList();
    Samples plainMillis = new Samples();
    for (int round = 0; round < rounds; round++) {
      long[] nanos = new long[ways.size()];
      List<DemoEngine> engines = open();
      for (Question task : tasks) {
        DemoAnswer plain = engines.getFirst().ask(task, Way.PLAIN);
        for (int way = 0; way < ways.size(); way++) {
          DemoAnswer answer = way == 0 ? plain : engines.get(way).ask(task, ways.get(way));
          nanos[way] += answer.nanos();
          if (round == 0) {
            right[way] += answer.isRight(task) ? 1 : 0;
            same += way == 2 && answer.text().equals(plain.text()) ? 1 : 0;
          }
        }
      }
      engines.reversed().forEach(DemoEngine::close);
      for (int way = 0; way < ways.size(); way++) {
        ratios.get(way).add((double) nanos[way] / nanos[0]);
      }
      compacted.add((double) nanos[1] / nanos[STAYING]);
      plainMillis.add(nanos[0] / 1e6 / tasks.size());
    }
    double all = 100.0 * right[0] / tasks.size();
    double exits = 100.0 * right[1] / tasks.size();
    return List.of(
        percent("all layers: accuracy", all).withPeer(REQUIREMENT, 89.2),
        Row.of("all layers: latency, 1 at once", plainMillis.median(), "ms", Row.Better.LOWER)
            .withPeer(REQUIREMENT, 150),
        percent("threshold: accuracy", exits).withPeer(REQUIREMENT, 87.5),
        Row.of("threshold: accuracy lost", all - exits, "points", Row.Better.LOWER)
            .withGoal(1)
            .withPeer(REQUIREMENT, THEIR_LOSS),
        ratio("threshold: latency, 1 at once", ratios.get(1).median())
            .withGoal(0.65)
            .withPeer(REQUIREMENT, THEIR_LATENCY),
        compaction(1, compacted),
        percent("exact: answers that are the same", 100.0 * same / tasks.size()).withGoal(100),
        ratio("exact: latency, 1 at once", ratios.get(2).median())
            .withGoal(0.75)
            .withPeer(REQUIREMENT, THEIR_LATENCY));
  }

  private List<Row> together(int atOnce) {
    Samples compacted = new Samples();
    List<Samples> ratios = Stream.generate(Samples::new).limit(ways.size()).toList();
    for (int round = 0; round < rounds; round++) {
      long[] nanos = new long[ways.size()];
      List<DemoEngine> engines = open();
      for (int way = 0; way < ways.size(); way++) {
        long start = System.nanoTime();
        engines.get(way).askAll(tasks, ways.get(way), atOnce);
        nanos[way] = System.nanoTime() - start;
        ratios.get(way).add((double) nanos[way] / nanos[0]);
      }
      compacted.add((double) nanos[1] / nanos[STAYING]);
      engines.reversed().forEach(DemoEngine::close);
    }
    return List.of(
        ratio("threshold: time, %d at once".formatted(atOnce), ratios.get(1).median()),
        compaction(atOnce, compacted),
        ratio("exact: time, %d at once".formatted(atOnce), ratios.get(2).median()));
  }

  /** An engine for each way, used to its way by questions of the development split. */
  private List<DemoEngine> open() {
    List<DemoEngine> engines = new ArrayList<>();
    for (Way way : ways) {
      DemoEngine engine = engines.isEmpty() ? opener.open() : engines.getFirst().another();
      engine.askAll(dev, way, 1);
      engines.add(engine);
    }
    return engines;
  }

  private static Row compaction(int atOnce, Samples samples) {
    String id = "threshold: time beside rows that are asked and stay, %d at once".formatted(atOnce);
    return Row.of(id, samples.median(), "x staying", Row.Better.LOWER);
  }

  private static Row percent(String id, double value) {
    return Row.of(id, value, "%", Row.Better.HIGHER);
  }

  private static Row ratio(String id, double value) {
    return Row.of(id, value, "x all", Row.Better.LOWER);
  }
}
