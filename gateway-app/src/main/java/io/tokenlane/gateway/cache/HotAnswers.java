package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.prefetch.cache.Answer;

/**
 * Which stored answers are worth fetching anew in the last tenth of their time. One that is asked
 * for at rate λ and lives for T is used again with probability {@code 1 − e^(−λT)}; twice in its
 * life so far makes that 0.86. The renewal is a call of the client that asks then, so that nobody's
 * rights are kept for later. Thread-safe.
 */
final class HotAnswers {
  private static final int OFTEN = 2;
  private static final int LAST_PART = 10;

  private final boolean enabled;
  private final Cache<String, Integer> counts =
      Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

  HotAnswers(boolean enabled) {
    this.enabled = enabled;
  }

  /** Counts a hit; whether its answer is to be fetched anew. */
  boolean wornOut(String key, Answer answer, long nowNanos) {
    if (!enabled) {
      return false;
    }
    int hits = counts.asMap().merge(key, 1, Integer::sum);
    boolean late = answer.ttlLeftSeconds(nowNanos) * LAST_PART < answer.times().lifetimeSeconds();
    if (late && hits > OFTEN) {
      counts.invalidate(key);
      return true;
    }
    return false;
  }
}
