package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.cache.HitListener;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.prefetch.PrefetchAccount;
import io.tokenlane.prefetch.PrefetchPlan;
import io.tokenlane.prefetch.Prefetcher;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.predict.Foresight;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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

  private final PrefetchProperties properties;
  private final PrefetchPass pass;
  private final ScheduledExecutorService clockwork;
  private final AnswerCache cache;
  private volatile @Nullable Prefetcher prefetcher;
  private volatile @Nullable Ahead ahead;

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
    boolean management = opened.getApplicationContext().getServerNamespace() != null;
    if (management || !properties.enabled()) {
      return;
    }
    InetSocketAddress frontDoor =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), opened.getWebServer().getPort());
    foresee(frontDoor);
    if (properties.endpoints().isEmpty()) {
      return;
    }
    Prefetcher started =
        new Prefetcher(
            new PrefetchPlan(properties.endpoints(), properties.concurrency()),
            loudly(new LoopbackSource(frontDoor, pass)),
            this::later,
            () -> ThreadLocalRandom.current().nextDouble());
    prefetcher = started;
    started.start();
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

  private void foresee(InetSocketAddress frontDoor) {
    ForesightProperties foreseen = properties.foreseen();
    if (foreseen.enabled()) {
      LoopbackSource source = new LoopbackSource(frontDoor, pass);
      ahead =
          new Ahead(
              new Foresight(foreseen.settings()),
              resource -> source.fetch(resource, pass),
              clockwork,
              () -> cache.flightsUnderWay() > foreseen.busyAbove());
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
    Prefetcher running = prefetcher;
    if (running != null) {
      running.close();
    }
  }
}
