package io.tokenlane.engine.run;

import io.tokenlane.engine.sample.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step brought, chunk by chunk. Owned by its {@link Runner}: valid until the next step runs.
 */
public final class StepResult {
  /** In {@link #tokens()}, where nothing was drawn. */
  private static final int NO_TOKEN = -1;

  private final int[] tokens;
  private final List<@Nullable Draw> draws;

  StepResult(int maxChunks) {
    tokens = new int[maxChunks];
    draws = new ArrayList<>(maxChunks);
  }

  /** The token drawn for each chunk of the plan; negative where none was. */
  public int[] tokens() {
    return tokens;
  }

  /** What sampling gave for this chunk of the plan; null if it was not sampled. */
  public @Nullable Draw draw(int chunk) {
    return draws.get(chunk);
  }

  void clear() {
    draws.clear();
    Arrays.fill(tokens, NO_TOKEN);
  }

  void add(@Nullable Draw draw) {
    if (draw instanceof Draw.Token token) {
      tokens[draws.size()] = token.id();
    }
    draws.add(draw);
  }
}
