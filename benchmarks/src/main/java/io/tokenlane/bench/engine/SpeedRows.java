package io.tokenlane.bench.engine;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.BackendOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decode and prefill beside llama.cpp, in turns with it on the same file; memory and garbage. */
final class SpeedRows {
  private static final int PROMPT = 8;
  private static final String UNIT = "tokens/s";

  private final EngineOptions options;
  private final Path file;
  private final boolean quick;
  private final boolean small;
  private final Optional<LlamaCpp> llama;
  private final List<Speed> speeds = new ArrayList<>();

  /** One figure, ours and the peer's. */
  private record Speed(
      String id, double goal, Samples ours, Samples peers, Measure our, Measure peer) {}

  /** Takes a figure once. */
  private interface Measure {
    double take() throws Exception;
  }

  SpeedRows(EngineOptions options, Path file, boolean quick) {
    this.options = options;
    this.file = file;
    this.quick = quick;
    small = options.shape().equals("demo");
    llama = options.llama().map(folder -> new LlamaCpp(folder, file, options.threads()));
  }

  List<Row> measure() throws Exception {
    double bandwidth = MemoryRead.bytesPerSecond(options.threads());
    EngineConfig config = EngineConfig.defaults().withPrefixReuse(false).withKvBytes(1L << 30);
    try (LoadedEngine engine =
        new LoadedEngine(file, "vector", new BackendOptions(options.threads()), config)) {
      plan(engine);
      warmUp(engine);
      int rounds = options.rounds() > 0 ? options.rounds() : small ? (quick ? 3 : 9) : 3;
      for (int round = 0; round < rounds; round++) {
        for (Speed speed : speeds) {
          speed.ours.add(speed.our.take());
          if (llama.isPresent()) {
            speed.peers.add(speed.peer.take());
          }
        }
      }
      return rows(engine, bandwidth);
    }
  }

  private void plan(LoadedEngine engine) {
    int tokens = small ? 256 : 24;
    add(
        "decode, 1 sequence",
        1.1,
        () -> engine.decode(1, PROMPT, tokens),
        () -> llama.orElseThrow().decode(tokens));
    for (int sequences : new int[] {8, 32}) {
      int each = small ? 128 : 12;
      add(
          "decode, %d sequences".formatted(sequences),
          1.5,
          () -> engine.decode(sequences, PROMPT, each),
          () -> llama.orElseThrow().decode(sequences, PROMPT, each));
    }
    int most = engine.model().config().contextLength() - 1;
    for (int prompt : quick && !small ? new int[] {128} : new int[] {128, 2048}) {
      int count = Math.min(prompt, most);
      add(
          "prefill, %d tokens".formatted(count),
          1.5,
          () -> engine.prefill(count),
          () -> llama.orElseThrow().prefill(count));
    }
  }

  private void add(String id, double goal, Measure our, Measure peer) {
    speeds.add(
        new Speed(options.shape() + ": " + id, goal, new Samples(), new Samples(), our, peer));
  }

  private void warmUp(LoadedEngine engine) {
    for (int i = 0; i < (small ? 20 : 2); i++) {
      engine.decode(4, 3, 8);
      engine.prefill(64);
    }
  }

  private List<Row> rows(LoadedEngine engine, double bandwidth) {
    List<Row> rows = new ArrayList<>();
    for (Speed speed : speeds) {
      Row row = Row.of(speed.id, speed.ours.median(), UNIT, Row.Better.HIGHER);
      if (llama.isPresent()) {
        double peer = speed.peers.median();
        row = row.withPeer("llama.cpp", peer).withGoal(speed.goal * peer);
      }
      rows.add(row);
    }
    double read = speeds.getFirst().ours.median() * engine.weightBytes();
    rows.add(
        Row.of(
            "memory read, %d threads".formatted(options.threads()),
            bandwidth / 1e9,
            "GB/s",
            Row.Better.HIGHER));
    rows.add(
        Row.of(options.shape() + ": weights read in decode", read / 1e9, "GB/s", Row.Better.HIGHER)
            .withGoal(0.8 * bandwidth / 1e9));
    rows.add(
        Row.of(
                options.shape() + ": garbage of the step thread, 8 sequences",
                Garbage.bytesPerToken(engine, small ? 21 : 1),
                "B/token",
                Row.Better.LOWER)
            .withGoal(0));
    return rows;
  }
}
