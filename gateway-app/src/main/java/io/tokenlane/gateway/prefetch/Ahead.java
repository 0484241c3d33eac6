package io.tokenlane.gateway.prefetch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.tokenlane.gateway.cache.HitListener.Resource;
import io.tokenlane.prefetch.predict.Account;
import io.tokenlane.prefetch.predict.Foresight;
import io.tokenlane.prefetch.predict.Habits;
import io.tokenlane.prefetch.predict.RouteAccount;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches ahead what {@link Foresight} finds worth it, as an anonymous client of the gateway, a few
 * at a time, and not while clients keep the origins busy.
 */
final class Ahead {
  private static final Logger LOG = LoggerFactory.getLogger(Ahead.class);
  private static final int AT_ONCE = 4;
  private static final int REMEMBERED = 10_000;
  private static final long UNKNOWN_TTL_SECONDS = 60;
  private static final int SHOWN = 20;

  /** Of what lives longer, nobody can say now how often it will be asked for at its end. */
  private static final long HORIZON_SECONDS = 86_400;

  private final Foresight foresight;
  private final Means means;
  private final Memory memory;
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean over;
  private final Set<String> soon = ConcurrentHashMap.newKeySet();
  private final Queue<String> recent = new ConcurrentLinkedQueue<>();
  private final Cache<String, Known> known =
      Caffeine.newBuilder()
          .maximumSize(REMEMBERED)
          .removalListener(
              (@Nullable String key, @Nullable Known gone, RemovalCause why) -> cancel(gone))
          .executor(Runnable::run)
          .build();

  /**
   * A stored answer: how long it lives, and until when on {@code System.nanoTime}.
   *
   * @param end what happens when it is about to expire; null: nothing
   */
  private record Known(
      Resource resource, long ttlSeconds, long untilNanos, @Nullable Future<?> end) {
    /** Something that was stored by an earlier process. */
    static Known gone(String key) {
      String[] parts = key.split("\n", 3);
      Resource resource = new Resource(parts[0], parts[1], parts[2]);
      return new Known(resource, UNKNOWN_TTL_SECONDS, System.nanoTime(), null);
    }

    boolean fresh() {
      return untilNanos - System.nanoTime() > 0;
    }
  }

  /**
   * What it works with.
   *
   * @param source fetches a resource so that it is stored, and tells for how long
   * @param busy whether clients need the origins now
   */
  record Means(
      Function<Resource, CompletionStage<Duration>> source,
      ScheduledExecutorService clockwork,
      BooleanSupplier busy) {}

  Ahead(Foresight foresight, Means means, Memory memory) {
    this.foresight = foresight;
    this.means = means;
    this.memory = memory;
  }

  /**
   * What was asked for before this process began may be fetched ahead without being asked again.
   */
  void remember() {
    foresight.top(REMEMBERED).forEach(key -> known.put(key, Known.gone(key)));
  }

  /** Fetches no more: another one goes on, or none does. */
  void stop() {
    over = true;
    known.invalidateAll();
  }

  /** Keeps what was learnt for the next process. */
  void keep() {
    memory.keep(habits());
  }

  Habits habits() {
    return foresight.habits(now(), System.currentTimeMillis());
  }

  private static String key(Resource resource) {
    return String.join("\n", resource.route(), resource.host(), resource.target());
  }

  /** The route in a key. */
  static String route(String key) {
    return key.substring(0, key.indexOf('\n'));
  }

  static double now() {
    return System.nanoTime() / 1e9;
  }

  void asked(String client, Resource resource, boolean hit) {
    String key = key(resource);
    for (Foresight.Suggestion next : foresight.asked(client, key, hit, ttlSeconds(key), now())) {
      Known stored = known.getIfPresent(next.key());
      if (stored != null && !stored.fresh()) {
        fetch(next.key(), stored.resource(), next.reason() + " " + shown(next.probability()));
      }
    }
  }

  private static String shown(double probability) {
    return "p=" + Math.round(probability * 100) / 100.0;
  }

  /** What is forgotten and asked often is fetched again, a little later: the change may go on. */
  void forgotten(String host, String target) {
    known
        .asMap()
        .forEach(
            (key, stored) -> {
              boolean same =
                  stored.resource().target().equals(target)
                      && stored.resource().host().equalsIgnoreCase(host);
              if (same) {
                fetchSoon(key, stored);
              }
            });
  }

  /** Once, however many stores have forgotten it. */
  private void fetchSoon(String key, Known stored) {
    if (foresight.worthRefreshing(key, ttlSeconds(key), now()) && soon.add(key)) {
      Runnable fetch =
          () -> {
            soon.remove(key);
            fetch(key, stored.resource(), "FORGOTTEN");
          };
      long jitter = ThreadLocalRandom.current().nextLong(100, 1_000);
      var _ = means.clockwork().schedule(fetch, jitter, TimeUnit.MILLISECONDS);
    }
  }

  private double ttlSeconds(String key) {
    Known stored = known.getIfPresent(key);
    return (double) (stored == null ? UNKNOWN_TTL_SECONDS : stored.ttlSeconds());
  }

  void stored(Resource resource, long ttlSeconds) {
    String key = key(resource);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ttlSeconds);
    boolean seen = !over && ttlSeconds <= HORIZON_SECONDS;
    Future<?> end = seen ? atItsEnd(key, ttlSeconds, until) : null;
    known.put(key, new Known(resource, ttlSeconds, until, end));
  }

  private Future<?> atItsEnd(String key, long ttlSeconds, long untilNanos) {
    double part = ThreadLocalRandom.current().nextDouble(0.8, 0.95);
    long delay = (long) (part * TimeUnit.SECONDS.toNanos(ttlSeconds));
    return means
        .clockwork()
        .schedule(() -> aboutToExpire(key, untilNanos), delay, TimeUnit.NANOSECONDS);
  }

  private static void cancel(@Nullable Known gone) {
    if (gone != null && gone.end() != null) {
      gone.end().cancel(false);
    }
  }

  private void aboutToExpire(String key, long untilNanos) {
    Known stored = known.getIfPresent(key);
    if (stored != null && stored.untilNanos() == untilNanos) {
      foresight.expired(key, now());
      if (foresight.worthRefreshing(key, (double) stored.ttlSeconds(), now())) {
        fetch(key, stored.resource(), "REFRESH");
      }
    }
  }

  private void fetch(String key, Resource resource, String why) {
    boolean free = !over && !means.busy().getAsBoolean() && running.get() < AT_ONCE;
    if (!free || !foresight.begun(key, now())) {
      return;
    }
    running.incrementAndGet();
    recent.add(Shown.target(resource.target()) + " " + why);
    while (recent.size() > SHOWN) {
      recent.poll();
    }
    means
        .source()
        .apply(resource)
        .whenComplete((ttl, failure) -> settle(key, resource, ttl, failure));
  }

  private void settle(
      String key, Resource resource, @Nullable Duration ttl, @Nullable Throwable failure) {
    running.decrementAndGet();
    if (ttl == null) {
      foresight.failed(key);
      LOG.warn(
          "prefetch of {} failed: {}", Shown.target(resource.target()), String.valueOf(failure));
    } else {
      foresight.arrived(key);
      stored(resource, ttl.toSeconds());
    }
  }

  Account account() {
    return foresight.account(now());
  }

  Map<String, RouteAccount> routes() {
    return foresight.routes(now());
  }

  /** What was fetched last, and why. */
  List<String> recent() {
    return List.copyOf(recent);
  }

  /**
   * The keys asked most, with their requests per second, and what follows: whether an answer that
   * expires is fetched anew, and the probability that it would be used.
   */
  Map<String, Map<String, Object>> hottest() {
    Map<String, Map<String, Object>> shown = new LinkedHashMap<>();
    for (String key : foresight.top(SHOWN)) {
      double rate = foresight.rate(key, now());
      double ttl = ttlSeconds(key);
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("requestsPerSecond", rate);
      one.put("ttlSeconds", ttl);
      one.put("probabilityOfUse", -Math.expm1(-rate * ttl));
      one.put("refreshed", foresight.worthRefreshing(key, ttl, now()));
      shown.put(Shown.target(key.replace('\n', ' ')), one);
    }
    return shown;
  }
}
