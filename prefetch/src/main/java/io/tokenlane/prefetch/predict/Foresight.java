package io.tokenlane.prefetch.predict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Decides what to fetch before it is asked for.
 *
 * <p>A key asked at rate λ, whose answers stay fresh for T, is asked again before a fetched answer
 * expires with probability {@code 1 − e^(−λT)}; where one client has just asked for something that
 * it follows with probability p, with {@code 1 − (1 − p) e^(−λT)}. It is fetched where that is at
 * least the current price. The price rises while the share of used prefetches is below what was
 * promised, and falls back otherwise; a credit, earned by misses and paid back by use, bounds the
 * requests beyond those of clients. A route whose precision stays too low is only watched for a
 * while.
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
  private static final double DECAY_SECONDS = 3_600;
  private static final double SHORTEST_SPAN_SECONDS = 120;
  private static final int WINDOW_REQUESTS = 8;
  private static final double WINDOW_SECONDS = 60;
  private static final double LARGEST_CREDIT = 20;
  private static final double MILLIS_PER_SECOND = 1_000;

  private final ForesightSettings settings;
  private final HeavyHitters popularity = new HeavyHitters(KEYS, DECAY_SECONDS);
  private final Successions successions = new Successions(WINDOW_REQUESTS, WINDOW_SECONDS);
  private final Map<String, Pending> pending = new HashMap<>();
  private final UnaryOperator<String> routeOf;
  private final Map<String, Judge> judges = new HashMap<>();
  private double credit = 3;
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
    this(settings, key -> "");
  }

  /**
   * Starts with nothing learnt.
   *
   * @param routeOf the route of a key; each is judged, and switched to watching, by itself
   */
  public Foresight(ForesightSettings settings, UnaryOperator<String> routeOf) {
    this.settings = settings;
    this.routeOf = routeOf;
  }

  private Judge judge(String key) {
    return judges.computeIfAbsent(routeOf.apply(key), route -> new Judge(settings));
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
              if (probability >= judge(next).price()) {
                suggestions.add(new Suggestion(next, probability, Reason.SEQUENCE));
              }
            });
    suggestions.sort(Comparator.comparingDouble(Suggestion::probability).reversed());
    return suggestions;
  }

  /** Whether an answer that now expires is worth fetching anew. */
  public synchronized boolean worthRefreshing(String key, double freshSeconds, double nowSeconds) {
    return -Math.expm1(-expected(key, freshSeconds, nowSeconds)) >= judge(key).price();
  }

  /** Requests expected while an answer is fresh: λT. */
  private double expected(String key, double freshSeconds, double nowSeconds) {
    return popularity.rate(key, nowSeconds, SHORTEST_SPAN_SECONDS) * freshSeconds;
  }

  /** Takes a fetch's cost from the budget; false where it must not begin. */
  public synchronized boolean begun(String key, double nowSeconds) {
    if (judge(key).watches(nowSeconds) || credit < 1 || pending.containsKey(key)) {
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
    waste(key);
    judge(key).judge(nowSeconds);
  }

  private void use(String key) {
    Pending fetched = pending.remove(key);
    if (fetched != null) {
      used++;
      judge(key).used();
      credit = Math.min(LARGEST_CREDIT, credit + 1 + settings.extraRequests());
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
      waste(key);
    } else {
      late++;
    }
  }

  private void waste(String key) {
    wasted++;
    judge(key).wasted();
  }

  /**
   * What was learnt so far.
   *
   * @param atEpochMillis the wall clock's time
   */
  public synchronized Habits habits(double nowSeconds, long atEpochMillis) {
    return new Habits(
        atEpochMillis,
        popularity.ageSeconds(nowSeconds),
        popularity.counts(nowSeconds),
        successions.habits());
  }

  /**
   * Begins with what was learnt before this process; what was asked then counts less with the time
   * that has passed. To be called before anything else.
   *
   * @param atEpochMillis the wall clock's time
   */
  public synchronized void recall(Habits habits, double nowSeconds, long atEpochMillis) {
    double ago = Math.max(0, atEpochMillis - habits.atEpochMillis()) / MILLIS_PER_SECOND;
    popularity.restore(habits.counts(), habits.ageSeconds(), ago, nowSeconds);
    successions.restore(habits.contexts());
  }

  /** The keys asked most, at most {@code n}, most asked first. */
  public synchronized List<String> top(int n) {
    return popularity.top(n);
  }

  /** Requests per second for a key, decayed over an hour. */
  public synchronized double rate(String key, double nowSeconds) {
    return popularity.rate(key, nowSeconds, SHORTEST_SPAN_SECONDS);
  }

  /** What it has come to so far. */
  public synchronized Account account(double nowSeconds) {
    double price =
        judges.values().stream().mapToDouble(Judge::price).max().orElse(settings.lowestPrice());
    boolean observing =
        !judges.isEmpty() && judges.values().stream().allMatch(j -> j.watches(nowSeconds));
    return new Account(issued, used, wasted, late, failed, withheld, price, observing);
  }

  /** How it goes by route. */
  public synchronized Map<String, RouteAccount> routes(double nowSeconds) {
    Map<String, RouteAccount> accounts = new TreeMap<>();
    judges.forEach(
        (route, judge) ->
            accounts.put(
                route,
                new RouteAccount(judge.price(), judge.precision(), judge.watches(nowSeconds))));
    return accounts;
  }
}
