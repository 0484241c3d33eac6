package io.tokenlane.prefetch.predict;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How likely a conversation goes on after so many turns. With c conversations of n turns that went
 * on within ten minutes and e that did not, {@code P(n) = (c + 1) / (c + e + 2)}: Laplace's rule,
 * one half where nothing is known. All counts of n halve when there are many, so that habits fade.
 *
 * <p>What conversations are about is not looked at; they are known by hashes. Thread-safe.
 */
public final class Continuations {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int REMEMBERED = 10_000;
  private static final int LONGEST = 16;
  private static final double HALVED_AT = 512;

  private final Cache<String, Integer> open;
  private final double[] wentOn = new double[LONGEST];
  private final double[] ended = new double[LONGEST];

  /**
   * Knows nothing.
   *
   * @param nanoClock monotonic nanoseconds
   */
  public Continuations(LongSupplier nanoClock) {
    this.open =
        Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterWrite(PATIENCE)
            .ticker(nanoClock::getAsLong)
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
  }

  private void removed(@Nullable String conversation, @Nullable Integer turns, RemovalCause why) {
    if (turns != null && why == RemovalCause.EXPIRED) {
      count(ended, turns);
    }
  }

  /**
   * Learns from a call.
   *
   * @param conversation names all its messages
   * @param earlier names the messages of the call that it goes on from, where it goes on
   * @param turns messages of users in it, ≥ 1
   */
  public void asked(String conversation, Optional<String> earlier, int turns) {
    open.cleanUp();
    Integer turnsThen = earlier.isPresent() ? open.asMap().remove(earlier.get()) : null;
    if (turnsThen != null) {
      count(wentOn, turnsThen);
    }
    open.put(conversation, turns);
  }

  /** The probability that a conversation of so many turns, ≥ 1, goes on within ten minutes. */
  public double probability(int turns) {
    open.cleanUp();
    int at = index(turns);
    synchronized (wentOn) {
      return (wentOn[at] + 1) / (wentOn[at] + ended[at] + 2);
    }
  }

  private void count(double[] counts, int turns) {
    int at = index(turns);
    synchronized (wentOn) {
      counts[at]++;
      if (wentOn[at] + ended[at] > HALVED_AT) {
        Arrays.asList(wentOn, ended).forEach(both -> both[at] /= 2);
      }
    }
  }

  private static int index(int turns) {
    return Math.clamp(turns, 1, LONGEST) - 1;
  }
}
