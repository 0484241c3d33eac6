package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import java.util.List;
import java.util.function.Consumer;

/** An engine that steps when told, on the caller's thread, and proves its invariants each time. */
final class SteppedEngine implements AutoCloseable {
  final StepLoop loop;

  /** The time. */
  long nanos;

  private boolean closed;

  SteppedEngine(Model model, EngineConfig config) {
    loop = new StepLoop(model, config, () -> nanos, () -> {});
    EngineInvariants.watch(this);
  }

  /** What the request generates with nothing else around and no cache. */
  static List<Integer> alone(Model model, GenerationRequest request) {
    return recordAlone(model, request).ids();
  }

  static Recorder recordAlone(Model model, GenerationRequest request) {
    return recordAlone(model, request, KvType.FLOAT32);
  }

  static Recorder recordAlone(Model model, GenerationRequest request, KvType type) {
    EngineConfig config =
        EngineConfig.defaults().withPrefixReuse(false).withBatch(1, 256).withKvType(type);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      Recorder recorder = engine.submit(request);
      engine.runUntilIdle();
      return recorder;
    }
  }

  Recorder submit(GenerationRequest request) {
    Recorder recorder = new Recorder();
    loop.admission().submit(request, recorder);
    return recorder;
  }

  Generation submit(GenerationRequest request, Consumer<GenerationEvent> listener) {
    return loop.admission().submit(request, listener);
  }

  boolean step() {
    boolean worked = loop.step();
    loop.checkInvariants();
    return worked;
  }

  void runUntilIdle() {
    int steps = 0;
    while (step()) {
      if (++steps > 100_000) {
        throw new AssertionError("steps: " + steps + " (expected: an end)");
      }
    }
  }

  EngineStats stats() {
    return loop.stats();
  }

  @Override
  public void close() {
    loop.close("engine: closed");
    closed = true;
    EngineStats stats = stats();
    assertThat(stats.kvBlocksUsed() + stats.kvBlocksPinned()).as("blocks after the end").isZero();
    assertThat(stats.running() + stats.waiting()).as("sequences after the end").isZero();
    loop.checkInvariants();
  }

  boolean isClosed() {
    return closed;
  }
}
