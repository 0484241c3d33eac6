package io.tokenlane.gateway.prefetch;

import io.tokenlane.gateway.cache.HitListener;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.prefetch.PrefetchAccount;
import io.tokenlane.prefetch.PrefetchPlan;
import io.tokenlane.prefetch.Prefetcher;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** Starts the prefetcher when the gateway's front door is open, and hears of hits. */
final class PrefetchStarter
    implements ApplicationListener<ReactiveWebServerInitializedEvent>, HitListener, DisposableBean {
  private final PrefetchProperties properties;
  private final PrefetchPass pass;
  private final ScheduledExecutorService clockwork;
  private volatile @Nullable Prefetcher prefetcher;

  PrefetchStarter(
      PrefetchProperties properties, PrefetchPass pass, ScheduledExecutorService clockwork) {
    this.properties = properties;
    this.pass = pass;
    this.clockwork = clockwork;
  }

  @Override
  public void onApplicationEvent(ReactiveWebServerInitializedEvent opened) {
    boolean management = opened.getApplicationContext().getServerNamespace() != null;
    if (management || !properties.enabled() || properties.endpoints().isEmpty()) {
      return;
    }
    InetSocketAddress frontDoor =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), opened.getWebServer().getPort());
    Prefetcher started =
        new Prefetcher(
            new PrefetchPlan(properties.endpoints(), properties.concurrency()),
            new LoopbackSource(frontDoor, pass),
            this::later,
            () -> ThreadLocalRandom.current().nextDouble());
    prefetcher = started;
    started.start();
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
