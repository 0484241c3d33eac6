package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.cache.HitListener;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.energy.CarbonIntensity;
import io.tokenlane.gateway.state.StateWriter;
import io.tokenlane.prefetch.ByteBudget;
import io.tokenlane.prefetch.PrefetchAccount;
import io.tokenlane.prefetch.PrefetchPlan;
import io.tokenlane.prefetch.Prefetcher;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.predict.Foresight;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** Starts the prefetcher when the gateway's front door is open, and hears of hits. */
final class PrefetchStarter
    implements ApplicationListener<ReactiveWebServerInitializedEvent>, HitListener, DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(PrefetchStarter.class);

  private static final long JITTER_MILLIS = 60_000;
  private static final Duration KEPT_EACH = Duration.ofMinutes(5);
  private static final long YIELD_JITTER_MILLIS = 250;
  private static final long FIRST_MILLIS = 100;
  private static final long LAST_MILLIS = 1_000;

  private volatile PrefetchProperties properties;
  private volatile @Nullable InetSocketAddress frontDoor;
  private final PrefetchPass pass;
  private final ScheduledExecutorService clockwork;
  private final AnswerCache cache;
  private final CarbonIntensity carbon;
  private final PendingFetches pending;
  private final StateWriter writer;
  private final ClientsFirst clients;
  private volatile @Nullable Prefetcher prefetcher;
  private volatile @Nullable Ahead ahead;
  private volatile boolean stopped;
  private final Set<String> refreshing = ConcurrentHashMap.newKeySet();

  /** What it works with. */
  record Means(
      AnswerCache cache,
      CarbonIntensity carbon,
      PendingFetches pending,
      StateWriter writer,
      ScheduledExecutorService clockwork) {}

  PrefetchStarter(PrefetchProperties properties, PrefetchPass pass, Means means) {
    this.properties = properties;
    this.pass = pass;
    this.cache = means.cache();
    this.carbon = means.carbon();
    this.pending = means.pending();
    this.writer = means.writer();
    this.clockwork = means.clockwork();
    this.clients =
        new ClientsFirst(
            () -> cache.flightsUnderWay() > this.properties.foreseen().busyAbove(),
            () -> ThreadLocalRandom.current().nextLong(YIELD_JITTER_MILLIS));
  }

  @Override
  public void onApplicationEvent(ReactiveWebServerInitializedEvent opened) {
    boolean management = opened.getApplicationContext().getServerNamespace() != null;
    if (management) {
      return;
    }
    frontDoor =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), opened.getWebServer().getPort());
    begin();
  }

  /** Begins with what the properties say; nothing before the front door is open. */
  private synchronized void begin() {
    InetSocketAddress open = frontDoor;
    PrefetchProperties wanted = properties;
    if (open == null || !wanted.enabled() || stopped) {
      return;
    }
    ByteBudget budget = new ByteBudget(wanted.bytesPerMinute().toBytes(), System::nanoTime);
    foresee(open, budget);
    PrefetchPlan plan = wanted.plan();
    if (plan.endpoints().isEmpty() && plan.asked().isEmpty()) {
      return;
    }
    Prefetcher started =
        new Prefetcher(
            plan,
            loudly(source(open, budget)),
            this::later,
            () -> ThreadLocalRandom.current().nextDouble(),
            this::forBetterMoment);
    prefetcher = started;
    started.start();
    pending.read().forEach(started::refresh);
    wanted.schedules().forEach(schedule -> next(schedule, started));
  }

  private LoopbackSource source(InetSocketAddress open, ByteBudget budget) {
    return new LoopbackSource(open, pass, budget, cache.maxAnswerBytes());
  }

  /**
   * Goes on with another plan: its endpoints are fetched now, those that are no longer in it no
   * more. What was learnt from clients stays.
   */
  synchronized void replan(PrefetchProperties next) {
    Prefetcher before = prefetcher;
    prefetcher = null;
    if (before != null) {
      before.close();
    }
    boolean foresees = next.enabled() && next.foreseen().enabled();
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.stop();
      if (!foresees) {
        ahead = null;
        foreseeing.keep();
      }
    }
    properties = next;
    pass.storesFor(next.ttl());
    begin();
  }

  /** Waits for the next of a schedule's times. */
  private void next(ScheduleProperties schedule, Prefetcher into) {
    ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
    ZonedDateTime at = schedule.times().next(now);
    if (at != null && !stopped && into.equals(prefetcher)) {
      Runnable due =
          () -> {
            if (into.equals(prefetcher)) {
              pending.add(schedule.endpoints());
              schedule.endpoints().forEach(into::refresh);
              next(schedule, into);
            }
          };
      later(Duration.between(now, at), due);
    }
  }

  /** When each schedule is due. */
  Map<String, String> schedules() {
    Map<String, String> due = new LinkedHashMap<>();
    for (ScheduleProperties schedule : properties.schedules()) {
      due.put(
          schedule.cron() + " " + schedule.endpoints().stream().map(Shown::endpoint).toList(),
          String.valueOf(schedule.times().next(ZonedDateTime.now(ZoneId.systemDefault()))));
    }
    return due;
  }

  @Override
  public void forgotten(String host, String target) {
    Prefetcher running = prefetcher;
    boolean planned = running != null && running.knows(target);
    if (running != null && planned) {
      refreshSoon(running, target);
    }
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.forgotten(host, target);
    }
  }

  /** Minutes with less CO2 first, and then a moment without many clients. */
  private Duration forBetterMoment(Duration waited, Duration left) {
    Duration wait = forLessCarbon(waited);
    return wait.isPositive() ? wait : clients.more(waited, left);
  }

  /** Not all gateways of a region at the same moment. */
  private Duration forLessCarbon(Duration waited) {
    Duration wait = carbon.pause(properties.carbonWait().minus(waited));
    long jitter = ThreadLocalRandom.current().nextLong(JITTER_MILLIS);
    return wait.isPositive() ? wait.plusMillis(jitter) : Duration.ZERO;
  }

  /** Somebody who could not be reached is back: what failed meanwhile is fetched now. */
  void linkIsBack() {
    Prefetcher running = prefetcher;
    if (running != null) {
      running.retryFailed();
    }
  }

  long postponed() {
    Prefetcher running = prefetcher;
    return running == null ? 0 : running.postponed();
  }

  /** Once, however many reasons there are meanwhile. */
  private void refreshSoon(Prefetcher running, String endpoint) {
    if (refreshing.add(endpoint)) {
      Runnable refresh =
          () -> {
            refreshing.remove(endpoint);
            running.refresh(endpoint);
          };
      long millis = ThreadLocalRandom.current().nextLong(FIRST_MILLIS, LAST_MILLIS);
      later(Duration.ofMillis(millis), refresh);
    }
  }

  private Prefetcher.Source loudly(Prefetcher.Source source) {
    return endpoint ->
        source
            .fetch(endpoint)
            .whenComplete(
                (ttl, failure) -> {
                  if (failure == null) {
                    pending.done(endpoint);
                  } else {
                    LOG.warn(
                        "prefetch of {} failed: {}",
                        Shown.endpoint(endpoint),
                        failure.getMessage());
                  }
                });
  }

  /** What was learnt stays where it goes on with another plan. */
  private void foresee(InetSocketAddress open, ByteBudget budget) {
    ForesightProperties foreseen = properties.foreseen();
    if (!foreseen.enabled()) {
      return;
    }
    LoopbackSource source = source(open, budget);
    Ahead.Means means =
        new Ahead.Means(
            resource -> source.fetch(resource, pass),
            clockwork,
            () -> cache.flightsUnderWay() > foreseen.busyAbove() || !budget.open());
    Foresight foresight = new Foresight(foreseen.settings(), Ahead::route);
    Ahead before = ahead;
    Memory memory = new Memory(foreseen.file());
    if (before == null) {
      memory.recall(foresight);
    } else {
      foresight.recall(before.habits(), Ahead.now(), System.currentTimeMillis());
    }
    Ahead begun = new Ahead(foresight, means, memory);
    begun.remember();
    ahead = begun;
    keepNowAndThen(begun);
  }

  private void keepNowAndThen(Ahead whose) {
    later(
        KEPT_EACH,
        () -> {
          if (whose.equals(ahead) && !stopped) {
            writer.later(whose::keep);
            keepNowAndThen(whose);
          }
        });
  }

  @Override
  public void asked(String client, Resource resource, boolean hit) {
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.asked(client, resource, hit);
    }
  }

  @Override
  public void stored(Resource resource, long ttlSeconds) {
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.stored(resource, ttlSeconds);
    }
  }

  Optional<Ahead> ahead() {
    return Optional.ofNullable(ahead);
  }

  private void later(Duration delay, Runnable what) {
    var _ = clockwork.schedule(what, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void hit(String target) {
    Prefetcher running = prefetcher;
    if (running != null) {
      running.used(target);
    }
  }

  Map<String, PrefetchAccount> accounts() {
    Prefetcher running = prefetcher;
    Map<String, PrefetchAccount> shown = new LinkedHashMap<>();
    if (running != null) {
      running.accounts().forEach((endpoint, told) -> shown.put(Shown.endpoint(endpoint), told));
    }
    return shown;
  }

  @Override
  public void destroy() {
    stopped = true;
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.keep();
    }
    Prefetcher running = prefetcher;
    if (running != null) {
      running.close();
    }
  }
}
