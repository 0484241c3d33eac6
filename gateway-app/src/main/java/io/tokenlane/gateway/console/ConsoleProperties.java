package io.tokenlane.gateway.console;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.console}.
 *
 * @param enabled whether there is a {@code /console} at all; default true
 * @param calls how many of the latest requests can be inspected; 0 to 100000, default 500
 * @param prompts whether the inspector keeps the texts of prompts, before and after compression;
 *     default false
 * @param targets whether paths and queries are shown; otherwise keys are shown hashed, paths
 *     without their query; default false
 * @param token lets an administrator in where no other credential is configured; at least 16
 *     characters, default none
 * @param session how long a login lasts; &gt; 0, default 8 h
 */
public record ConsoleProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("500") int calls,
    @DefaultValue("false") boolean prompts,
    @DefaultValue("false") boolean targets,
    @Nullable String token,
    @DefaultValue("8h") Duration session) {
  private static final int MOST_CALLS = 100_000;
  private static final int SHORTEST_TOKEN = 16;

  /** Checks the ranges. */
  public ConsoleProperties {
    if (calls < 0 || calls > MOST_CALLS) {
      throw new IllegalArgumentException(
          "calls: " + calls + " (expected: 0 to " + MOST_CALLS + ")");
    }
    if (token != null && token.length() < SHORTEST_TOKEN) {
      throw new IllegalArgumentException(
          "token: of "
              + token.length()
              + " characters (expected: at least "
              + SHORTEST_TOKEN
              + ")");
    }
    if (!session.isPositive()) {
      throw new IllegalArgumentException("session: " + session + " (expected: > 0)");
    }
  }

  /** Hides the token. */
  @Override
  public String toString() {
    return "ConsoleProperties[enabled=" + enabled + ", calls=" + calls + "]";
  }
}
