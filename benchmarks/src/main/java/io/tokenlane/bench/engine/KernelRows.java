package io.tokenlane.bench.engine;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.BackendOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The same model by the kernel that was chosen and by the one that runs everywhere. */
final class KernelRows {
  private static final String PROPERTY = "tokenlane.int8-kernel";

  private final EngineOptions options;
  private final Path file;

  /** Decode and prefill speed. */
  private record Speeds(double decode, double prefill) {}

  KernelRows(EngineOptions options, Path file) {
    this.options = options;
    this.file = file;
  }

  List<Row> measure() {
    Speeds chosen = speeds("");
    List<Row> rows = new ArrayList<>(beside(chosen, "Vector API kernel", speeds("vector")));
    rows.addAll(beside(chosen, "AVX2 kernel", speeds("avx2")));
    return rows;
  }

  private List<Row> beside(Speeds chosen, String peer, Speeds other) {
    return List.of(
        row("decode, 1 sequence", chosen.decode, peer, other.decode),
        row("prefill, 128 tokens", chosen.prefill, peer, other.prefill));
  }

  private Row row(String id, double chosen, String peer, double other) {
    return Row.of(
            "%s: kernel chosen, %s, beside the %s".formatted(options.shape(), id, peer),
            chosen,
            "tokens/s",
            Row.Better.HIGHER)
        .withPeer(peer, other);
  }

  private Speeds speeds(String kernel) {
    System.setProperty(PROPERTY, kernel);
    EngineConfig config = EngineConfig.defaults().withPrefixReuse(false);
    try (LoadedEngine engine =
        new LoadedEngine(file, "vector", new BackendOptions(options.threads()), config)) {
      int tokens = options.shape().equals("demo") ? 128 : 12;
      Samples decode = new Samples();
      Samples prefill = new Samples();
      engine.prefill(128);
      engine.decode(1, 3, tokens);
      for (int i = 0; i < 3; i++) {
        decode.add(engine.decode(1, 3, tokens));
        prefill.add(engine.prefill(128));
      }
      return new Speeds(decode.median(), prefill.median());
    } finally {
      System.clearProperty(PROPERTY);
    }
  }
}
