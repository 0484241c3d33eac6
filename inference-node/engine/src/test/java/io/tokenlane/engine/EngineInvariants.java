package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After each test, for every engine that it stepped: it was closed, each block is free, cached or
 * owned exactly once with as many references as owners, and nothing is owned any more. The toy
 * model proves of every step that no slot is written twice, nor while it is shared.
 */
final class EngineInvariants implements AfterEachCallback {
  private static final ThreadLocal<List<SteppedEngine>> ENGINES =
      ThreadLocal.withInitial(ArrayList::new);

  static void watch(SteppedEngine engine) {
    ENGINES.get().add(engine);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<SteppedEngine> engines = List.copyOf(ENGINES.get());
    ENGINES.remove();
    for (SteppedEngine engine : engines) {
      assertThat(engine.isClosed()).as("engine closed").isTrue();
      engine.loop.checkInvariants();
    }
  }
}
