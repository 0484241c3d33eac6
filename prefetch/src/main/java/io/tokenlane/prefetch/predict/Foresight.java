package io.tokenlane.prefetch.predict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides what to fetch before it is asked for.
 *
 * <p>A key asked at rate λ, whose answers stay fresh for T, is asked again before a fetched answer
 * expires with probability {@code 1 − e^(−λT)}; where one client has just asked for something that
 * it follows with probability p, with {@code 1 − (1 − p) e^(−λT)}. It is fetched where that is at
 * least the current price. The price rises while the share of used prefetches is below what was
 * promised, and falls back otherwise; a credit, earned by misses and paid back by use, bounds the
 * requests beyond those of clients. Where precision stays too low it only watches for a while.
 *
 * <p>A prefetch never counts as popularity. Time is the caller's. Thread-safe.
 */
public final class Foresight {
  /** Why something is fetched. */
  public enum Reason {
    /** It is asked often, and about to expire. */
    REFRESH,
    /** It often follows what a client has just asked. */
    SEQUENCE
  }

  /** Something worth fetching. */
  public record Suggestion(String key, double probability, Reason reason) {}

  private static final int KEYS = 10_000;
  private static final double DECAY_SECONDS = 1_800;
  private static final double SHORTEST_SPAN_SECONDS = 120;
  private static final int WINDOW_REQUESTS = 8;
  private static final double WINDOW_SECONDS = 60;
  private static final double LARGEST_CREDIT = 20;
  private static final double HIGHEST_PRICE = 0.97;
  private static final double PRICE_STEP = 1.02;
  private static final double FIRST_WATCH_SECONDS = 600;
  private static final double LONGEST_WATCH_SECONDS = 4 * 3600;

  /** Precision is judged over about so many settled prefetches, and not before so many. */
  private static final double JUDGED_OVER = 100;

  private static final double JUDGED_FROM = 30;

  private final ForesightSettings settings;
  private final HeavyHitters popularity = new HeavyHitters(KEYS, DECAY_SECONDS);
  private final Successions successions = new Successions(WINDOW_REQUESTS, WINDOW_SECONDS);
  private final Map<String, Pending> pending = new HashMap<>();
  private double credit = 3;
  private double price;
  private double recentUsed;
  private double recentWasted;
  private double watchSeconds = FIRST_WATCH_SECONDS;
  private double watchingUntil = Double.NEGATIVE_INFINITY;
  private long issued;
  private long used;
  private long wasted;
  private long late;
  private long failed;
  private long withheld;

  /** A prefetch that has not been used yet. */
  private static final class Pending {
    private boolean arrived;
  }

  /** Starts with nothing learnt. */
  public Foresight(ForesightSettings settings) {
    this.settings = settings;
    this.price = settings.lowestPrice();
  }

  /**
   * Learns from a client's request.
   *
   * @param client whose request it is; never part of what is fetched
   * @param hit whether it was served from the cache
   * @param freshSeconds how long answers of this kind stay fresh
   * @return what to fetch now, most probable first; the caller drops what is fresh already and
   *     tells of the others by {@link #begun}
   */
  public synchronized List<Suggestion> asked(
      String client, String key, boolean hit, double freshSeconds, double nowSeconds) {
    if (hit) {
      use(key);
    } else {
      miss(key);
    }
    popularity.observe(key, nowSeconds);
    List<Suggestion> suggestions = new ArrayList<>();
    successions
        .observe(client, key, nowSeconds)
        .forEach(
            (next, p) -> {
              double probability =
                  1 - (1 - p) * Math.exp(-expected(next, freshSeconds, nowSeconds));
              if (probability >= price) {
                suggestions.add(new Suggestion(next, probability, Reason.SEQUENCE));
              }
            });
    suggestions.sort(Comparator.comparingDouble(Suggestion::probability).reversed());
    return suggestions;
  }

  /** Whether an answer that now expires is worth fetching anew. */
  public synchronized boolean worthRefreshing(String key, double freshSeconds, double nowSeconds) {
    return -Math.expm1(-expected(key, freshSeconds, nowSeconds)) >= price;
  }

  /** Requests expected while an answer is fresh: λT. */
  private double expected(String key, double freshSeconds, double nowSeconds) {
    return popularity.rate(key, nowSeconds, SHORTEST_SPAN_SECONDS) * freshSeconds;
  }

  /** Takes a fetch's cost from the budget; false where it must not begin. */
  public synchronized boolean begun(String key, double nowSeconds) {
    if (nowSeconds < watchingUntil || credit < 1 || pending.containsKey(key)) {
      withheld++;
      return false;
    }
    credit -= 1;
    issued++;
    pending.put(key, new Pending());
    return true;
  }

  /** The fetched answer is stored. */
  public synchronized void arrived(String key) {
    Pending fetched = pending.get(key);
    if (fetched != null) {
      fetched.arrived = true;
    }
  }

  /** The fetch stored nothing. */
  public synchronized void failed(String key) {
    if (pending.remove(key) != null) {
      failed++;
    }
  }

  /** The stored answer has expired or was replaced. */
  public synchronized void expired(String key, double nowSeconds) {
    Pending fetched = pending.get(key);
    if (fetched == null || !fetched.arrived) {
      return;
    }
    pending.remove(key);
    waste();
    boolean enough = recentUsed + recentWasted >= JUDGED_FROM;
    if (enough && recentPrecision() < settings.lowestPrecision()) {
      watchingUntil = nowSeconds + watchSeconds;
      watchSeconds = Math.min(2 * watchSeconds, LONGEST_WATCH_SECONDS);
      recentUsed = 0;
      recentWasted = 0;
    }
  }

  private void use(String key) {
    Pending fetched = pending.remove(key);
    if (fetched != null) {
      used++;
      recentUsed++;
      if (recentUsed + recentWasted >= JUDGED_OVER / 2 && recentPrecision() >= price) {
        watchSeconds = FIRST_WATCH_SECONDS;
      }
      credit = Math.min(LARGEST_CREDIT, credit + 1 + settings.extraRequests());
      settle();
    }
  }

  private void miss(String key) {
    credit = Math.min(LARGEST_CREDIT, credit + settings.extraRequests());
    Pending fetched = pending.get(key);
    if (fetched == null) {
      return;
    }
    if (fetched.arrived) {
      // Evicted, or not what this client may have.
      pending.remove(key);
      waste();
    } else {
      late++;
    }
  }

  private void waste() {
    wasted++;
    recentWasted++;
    settle();
  }

  private void settle() {
    double total = recentUsed + recentWasted;
    if (total > JUDGED_OVER) {
      recentUsed *= JUDGED_OVER / total;
      recentWasted *= JUDGED_OVER / total;
    }
    boolean worse = recentPrecision() < settings.lowestPrice();
    price =
        Math.clamp(
            worse ? price * PRICE_STEP : price / PRICE_STEP, settings.lowestPrice(), HIGHEST_PRICE);
  }

  private double recentPrecision() {
    return recentUsed / (recentUsed + recentWasted);
  }

  /** The keys asked most, at most {@code n}, most asked first. */
  public synchronized List<String> top(int n) {
    return popularity.top(n);
  }

  /** Requests per second for a key, decayed over half an hour. */
  public synchronized double rate(String key, double nowSeconds) {
    return popularity.rate(key, nowSeconds, SHORTEST_SPAN_SECONDS);
  }

  /** What it has come to so far. */
  public synchronized Account account(double nowSeconds) {
    return new Account(
        issued, used, wasted, late, failed, withheld, price, nowSeconds < watchingUntil);
  }
}
