package io.tokenlane.bench.engine;

import io.tokenlane.engine.GenerationEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** When the tokens of one generation came, in nanoseconds. */
final class Timeline implements Consumer<GenerationEvent> {
  private final CompletableFuture<Timeline> end = new CompletableFuture<>();
  private final long[] times;
  private final long submitted = System.nanoTime();
  private int count;

  Timeline(int maxTokens) {
    times = new long[maxTokens];
  }

  @Override
  public void accept(GenerationEvent event) {
    switch (event) {
      case GenerationEvent.Token token -> times[count++] = System.nanoTime();
      case GenerationEvent.Finished finished -> end.complete(this);
      case GenerationEvent.Failed failed ->
          end.completeExceptionally(new IllegalStateException(failed.message()));
    }
  }

  /** Waits for the end. */
  Timeline await() {
    return end.join();
  }

  boolean isDone() {
    return end.isDone();
  }

  long first() {
    return times[0];
  }

  /** When the token of this index came. */
  long time(int index) {
    return times[index];
  }

  long last() {
    return times[count - 1];
  }

  long sinceSubmitted(long time) {
    return time - submitted;
  }

  /** Tokens that came later than that. */
  int tokensAfter(long time) {
    int after = 0;
    for (int i = 0; i < count; i++) {
      after += times[i] > time ? 1 : 0;
    }
    return after;
  }
}
