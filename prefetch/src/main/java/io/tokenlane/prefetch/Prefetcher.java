package io.tokenlane.prefetch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the endpoints of a {@link PrefetchPlan} at start and again before each answer expires.
 *
 * <p>After a success that stays fresh for {@code f}, the next fetch comes after {@code f · u}, u
 * uniform in [0.75, 0.9): before expiry, and endpoints that started together drift apart. After the
 * n-th failure in a row it comes after {@code min(1 s · 2^(n−1), 30 s) · u}, u uniform in [0.5, 1).
 * At most {@link PrefetchPlan#concurrency} fetches run at once; the others queue.
 *
 * <p>What fails is kept until it succeeds: the first endpoint that recovers is followed at once by
 * all others that failed, for it is most often one link that was cut. A fetch that nobody waits for
 * may be put off to a better moment ({@link Postponement}).
 *
 * <p>Time and chance are injected. Thread-safe; a fetch is never started while the lock is held.
 */
public final class Prefetcher implements AutoCloseable {

  /** Fetches one endpoint so that its answer is stored. */
  @FunctionalInterface
  public interface Source {
    /**
     * Completes with how long the stored answer stays fresh (&gt; 0), or fails where nothing was
     * stored, its message saying why.
     */
    CompletionStage<Duration> fetch(String endpoint);
  }

  /** Runs something later. */
  @FunctionalInterface
  public interface Later {
    /** Runs {@code what} once, after {@code delay}, on any thread. */
    void run(Duration delay, Runnable what);
  }

  /** Says whether a fetch had better wait. */
  @FunctionalInterface
  public interface Postponement {
    /** Never waits. */
    Postponement NONE = (waited, left) -> Duration.ZERO;

    /**
     * How long to wait before asking again; zero or less to fetch now.
     *
     * @param waited how long the fetch has been put off already
     * @param left how long what is stored was still fresh when the fetch became due; zero at the
     *     start
     */
    Duration more(Duration waited, Duration left);
  }

  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);
  private static final int DOUBLINGS_TO_LONGEST = 5;

  private final PrefetchPlan plan;
  private final Source source;
  private final Later later;
  private final DoubleSupplier chance;
  private final Postponement postponement;
  private final Map<String, Ledger> ledgers = new LinkedHashMap<>();
  private final Queue<String> waiting = new ArrayDeque<>();

  /** Counts what was asked for between; what was planned before that is not fetched again. */
  private final Map<String, Integer> turns = new HashMap<>();

  private final Set<String> underWay = new HashSet<>();
  private int running;
  private long postponed;
  private boolean closed;

  /**
   * Prepares a prefetcher; {@link #start} begins.
   *
   * @param chance uniform in [0, 1)
   */
  public Prefetcher(PrefetchPlan plan, Source source, Later later, DoubleSupplier chance) {
    this(plan, source, later, chance, Postponement.NONE);
  }

  /**
   * Prepares a prefetcher whose fetches, but for those that are asked for, may be put off.
   *
   * @param chance uniform in [0, 1)
   */
  public Prefetcher(
      PrefetchPlan plan,
      Source source,
      Later later,
      DoubleSupplier chance,
      Postponement postponement) {
    this.postponement = postponement;
    this.plan = plan;
    this.source = source;
    this.later = later;
    this.chance = chance;
    plan.endpoints().forEach(endpoint -> ledgers.put(endpoint, new Ledger()));
    plan.asked().forEach(endpoint -> ledgers.put(endpoint, new Ledger()));
  }

  /** Fetches every endpoint once, and from then on whenever it is due. */
  public void start() {
    Deferral none = new Deferral(Duration.ZERO, Duration.ZERO);
    plan.endpoints().forEach(endpoint -> dueUnlessRefreshed(endpoint, 0, none));
  }

  /** Fetches all endpoints now whose last fetch failed: whoever could not be reached is back. */
  public void retryFailed() {
    synchronized (this) {
      if (closed) {
        return;
      }
      ledgers.forEach(
          (endpoint, ledger) -> {
            boolean idle = !underWay.contains(endpoint) && !waiting.contains(endpoint);
            if (ledger.failuresInARow() > 0 && idle) {
              turns.merge(endpoint, 1, Integer::sum);
              waiting.add(endpoint);
            }
          });
    }
    startWaiting();
  }

  /** How often a fetch was put off to a better moment. */
  public synchronized long postponed() {
    return postponed;
  }

  /**
   * Fetches {@code endpoint} now, since what was stored of it is gone or its time has come; from
   * then on as after any fetch. Nothing where it is no endpoint of the plan, or waits already.
   */
  public void refresh(String endpoint) {
    synchronized (this) {
      if (!ledgers.containsKey(endpoint) || waiting.contains(endpoint)) {
        return;
      }
      turns.merge(endpoint, 1, Integer::sum);
    }
    due(endpoint);
  }

  /** Whether it is an endpoint of the plan. */
  public synchronized boolean knows(String endpoint) {
    return ledgers.containsKey(endpoint);
  }

  /** Tells that an answer of {@code endpoint} was served from the cache. */
  public synchronized void used(String endpoint) {
    Ledger ledger = ledgers.get(endpoint);
    if (ledger != null) {
      ledger.use();
    }
  }

  /** The accounts, by endpoint in the plan's order. */
  public synchronized Map<String, PrefetchAccount> accounts() {
    Map<String, PrefetchAccount> accounts = new LinkedHashMap<>();
    ledgers.forEach((endpoint, ledger) -> accounts.put(endpoint, ledger.account()));
    return accounts;
  }

  /** Starts no further fetch. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }

  /**
   * A fetch that is put off.
   *
   * @param waited for how long already
   * @param left how long what is stored was fresh when it became due
   */
  private record Deferral(Duration waited, Duration left) {
    Deferral longer(Duration more) {
      return new Deferral(waited.plus(more), left);
    }
  }

  private void dueUnlessRefreshed(String endpoint, int turn, Deferral deferral) {
    Duration wait = postponement.more(deferral.waited(), deferral.left());
    synchronized (this) {
      if (turns.getOrDefault(endpoint, 0) != turn || closed) {
        return;
      }
      if (wait.isPositive()) {
        postponed += deferral.waited().isZero() ? 1 : 0;
      }
    }
    if (wait.isPositive()) {
      later.run(wait, () -> dueUnlessRefreshed(endpoint, turn, deferral.longer(wait)));
    } else {
      due(endpoint);
    }
  }

  private void due(String endpoint) {
    synchronized (this) {
      if (closed) {
        return;
      }
      waiting.add(endpoint);
    }
    startWaiting();
  }

  private void startWaiting() {
    for (String next = takeSlot(); next != null; next = takeSlot()) {
      fetch(next);
    }
  }

  private synchronized @Nullable String takeSlot() {
    if (running >= plan.concurrency()) {
      return null;
    }
    String next = waiting.poll();
    if (next != null) {
      running++;
      underWay.add(next);
    }
    return next;
  }

  private void fetch(String endpoint) {
    CompletionStage<Duration> fetch;
    try {
      fetch = source.fetch(endpoint);
    } catch (RuntimeException refused) {
      settle(endpoint, null, refused);
      return;
    }
    fetch.whenComplete((fresh, failure) -> settle(endpoint, fresh, failure));
  }

  private void settle(String endpoint, @Nullable Duration fresh, @Nullable Throwable failure) {
    Duration next;
    int turn;
    boolean recovered = false;
    synchronized (this) {
      running--;
      underWay.remove(endpoint);
      turn = turns.merge(endpoint, 1, Integer::sum);
      Ledger ledger = ledgers.computeIfAbsent(endpoint, unknown -> new Ledger());
      if (fresh == null) {
        ledger.fail(failure);
        next = scale(backOff(ledger.failuresInARow()), 0.5, 1.0);
      } else {
        recovered = ledger.failuresInARow() > 0;
        ledger.succeed();
        next = scale(fresh, 0.75, 0.9);
      }
      if (closed) {
        return;
      }
    }
    if (fresh == null) {
      // A retry is not put off: clients may be asking in vain.
      later.run(next, () -> dueUnlessRefreshed(endpoint, turn));
    } else if (!plan.asked().contains(endpoint)) {
      Deferral none = new Deferral(Duration.ZERO, fresh.minus(next));
      later.run(next, () -> dueUnlessRefreshed(endpoint, turn, none));
    }
    startWaiting();
    if (recovered) {
      retryFailed();
    }
  }

  private void dueUnlessRefreshed(String endpoint, int turn) {
    synchronized (this) {
      if (turns.getOrDefault(endpoint, 0) != turn) {
        return;
      }
    }
    due(endpoint);
  }

  private static Duration backOff(int failuresInARow) {
    return failuresInARow > DOUBLINGS_TO_LONGEST
        ? LONGEST_BACK_OFF
        : FIRST_BACK_OFF.multipliedBy(1L << (failuresInARow - 1));
  }

  private Duration scale(Duration span, double from, double to) {
    double factor = from + (to - from) * chance.getAsDouble();
    return Duration.ofNanos((long) (span.toNanos() * factor));
  }
}
