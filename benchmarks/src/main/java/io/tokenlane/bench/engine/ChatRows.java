package io.tokenlane.bench.engine;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.BackendOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Chats that begin with one long system prompt: it is computed and kept once. */
final class ChatRows {
  private static final int CHATS = 16;
  private static final int OWN = 20;
  private static final int OUTPUT = 8;
  private static final int BLOCK = 16;

  private final EngineOptions options;
  private final Path file;

  ChatRows(EngineOptions options, Path file) {
    this.options = options;
    this.file = file;
  }

  List<Row> measure() {
    EngineConfig config = EngineConfig.defaults().withKvBytes(1L << 30).withBlockSize(BLOCK);
    try (LoadedEngine engine =
        new LoadedEngine(file, "vector", new BackendOptions(options.threads()), config)) {
      for (int i = 0; i < 3; i++) {
        engine.decode(4, 40, 8);
      }
      int context = engine.model().config().contextLength();
      int shared = Math.min(1500, context - OWN - 4 * OUTPUT);
      int[] system = engine.prompt(shared);
      double first = firstToken(engine, system);
      Samples others = new Samples();
      for (int i = 1; i < CHATS; i++) {
        others.add(firstToken(engine, system));
      }
      double share = blocksTogether(engine, system) / (double) unshared(shared);
      String id = "%s: %d chats on %d tokens".formatted(options.shape(), CHATS, shared);
      return List.of(
          Row.of(id + ", first token of later ones", others.median() * 1e3, "ms", Row.Better.LOWER)
              .withPeer("the first chat", first * 1e3)
              .withGoal(0.1 * first * 1e3),
          Row.of(id + ", KV blocks over unshared", share, "", Row.Better.LOWER).withGoal(0.2));
    }
  }

  private static double firstToken(LoadedEngine engine, int[] system) {
    Timeline timeline = engine.submit(chat(engine, system), OUTPUT).await();
    return timeline.sinceSubmitted(timeline.first()) / 1e9;
  }

  private static int[] chat(LoadedEngine engine, int[] system) {
    int[] chat = Arrays.copyOf(system, system.length + OWN);
    System.arraycopy(engine.prompt(OWN), 0, chat, system.length, OWN);
    return chat;
  }

  private static int blocksTogether(LoadedEngine engine, int[] system) {
    List<Timeline> timelines = new ArrayList<>();
    for (int i = 0; i < CHATS; i++) {
      timelines.add(engine.submit(chat(engine, system), 4 * OUTPUT));
    }
    int most = 0;
    for (Timeline timeline : timelines) {
      while (!timeline.isDone()) {
        most = Math.max(most, engine.engine().stats().kvBlocksUsed());
        Thread.onSpinWait();
      }
    }
    return most;
  }

  private static int unshared(int shared) {
    return CHATS * Math.ceilDiv(shared + OWN + 4 * OUTPUT, BLOCK);
  }
}
