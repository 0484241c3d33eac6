package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.cache.HitListener;
import io.tokenlane.gateway.cache.PrefetchPass;
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

  private volatile PrefetchProperties properties;
  private final PrefetchPass pass;
  private final ScheduledExecutorService clockwork;
  private final AnswerCache cache;
  private volatile @Nullable Prefetcher prefetcher;
  private volatile @Nullable Ahead ahead;
  private volatile @Nullable InetSocketAddress door;
  private volatile boolean stopped;
  private final Set<String> refreshing = ConcurrentHashMap.newKeySet();

  PrefetchStarter(
      PrefetchProperties properties,
      PrefetchPass pass,
      ScheduledExecutorService clockwork,
      AnswerCache cache) {
    this.cache = cache;
    this.properties = properties;
    this.pass = pass;
    this.clockwork = clockwork;
  }

  @Override
  public void onApplicationEvent(ReactiveWebServerInitializedEvent opened) {
    if (opened.getApplicationContext().getServerNamespace() == null) {
      InetSocketAddress frontDoor =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), opened.getWebServer().getPort());
      door = frontDoor;
      start(frontDoor);
    }
  }

  /** From now on fetches ahead what is named there, all of it at once. */
  void restart(PrefetchProperties next) {
    Prefetcher running = prefetcher;
    if (running != null) {
      running.close();
    }
    prefetcher = null;
    if (!next.foreseen().equals(properties.foreseen()) || !next.enabled()) {
      ahead = null;
    }
    properties = next;
    pass.storesFor(next.ttl());
    InetSocketAddress open = door;
    if (open != null) {
      start(open);
    }
  }

  private void start(InetSocketAddress frontDoor) {
    if (!properties.enabled()) {
      return;
    }
    ByteBudget budget = new ByteBudget(properties.bytesPerMinute().toBytes(), System::nanoTime);
    if (ahead == null) {
      foresee(frontDoor, budget);
    }
    PrefetchPlan plan = properties.plan();
    if (plan.endpoints().isEmpty() && plan.asked().isEmpty()) {
      return;
    }
    Prefetcher started =
        new Prefetcher(
            plan,
            loudly(new LoopbackSource(frontDoor, pass, budget)),
            this::later,
            () -> ThreadLocalRandom.current().nextDouble());
    prefetcher = started;
    started.start();
    properties.schedules().forEach(schedule -> next(schedule, started));
  }

  /** Waits for the next of a schedule's times. */
  private void next(ScheduleProperties schedule, Prefetcher into) {
    ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
    ZonedDateTime at = schedule.times().next(now);
    if (at != null && !stopped && into.equals(prefetcher)) {
      Runnable due =
          () -> {
            if (into.equals(prefetcher)) {
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
          schedule.cron() + " " + schedule.endpoints(),
          String.valueOf(schedule.times().next(ZonedDateTime.now(ZoneId.systemDefault()))));
    }
    return due;
  }

  @Override
  public void forgotten(String host, String target) {
    Prefetcher running = prefetcher;
    boolean planned = running != null && running.knows(target);
    if (running != null && planned && refreshing.add(target)) {
      // Once, however many changes there are meanwhile.
      long jitter = ThreadLocalRandom.current().nextLong(100, 1_000);
      Runnable refresh =
          () -> {
            refreshing.remove(target);
            running.refresh(target);
          };
      later(Duration.ofMillis(jitter), refresh);
    }
    Ahead foreseeing = ahead;
    if (foreseeing != null) {
      foreseeing.forgotten(host, target);
    }
  }

  private static Prefetcher.Source loudly(Prefetcher.Source source) {
    return endpoint ->
        source
            .fetch(endpoint)
            .whenComplete(
                (ttl, failure) -> {
                  if (failure != null) {
                    LOG.warn("prefetch of {} failed: {}", endpoint, failure.getMessage());
                  }
                });
  }

  private void foresee(InetSocketAddress frontDoor, ByteBudget budget) {
    ForesightProperties foreseen = properties.foreseen();
    if (foreseen.enabled()) {
      LoopbackSource source = new LoopbackSource(frontDoor, pass, budget);
      ahead =
          new Ahead(
              new Foresight(foreseen.settings(), Ahead::route),
              resource -> source.fetch(resource, pass),
              clockwork,
              () -> cache.flightsUnderWay() > foreseen.busyAbove() || !budget.open());
    }
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
    return running == null ? Map.of() : running.accounts();
  }

  @Override
  public void destroy() {
    stopped = true;
    Prefetcher running = prefetcher;
    if (running != null) {
      running.close();
    }
  }
}
