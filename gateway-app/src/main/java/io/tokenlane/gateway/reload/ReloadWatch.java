package io.tokenlane.gateway.reload;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Looks whether the configuration files have changed, by their bytes: so a link that points
 * elsewhere counts, as Kubernetes changes a ConfigMap, and a touched file does not. What is found
 * twice in a row is taken over; a file that is still being written is not. It begins once the
 * gateway is ready: until then there is nothing that could follow a change.
 */
final class ReloadWatch implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadWatch.class);

  private final Reload reload;
  private final Duration interval;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("config-reload").factory());
  private String taken = "";
  private String seen = "";

  /**
   * @param interval between two looks; zero for none at all
   */
  ReloadWatch(Reload reload, Duration interval) {
    this.reload = reload;
    this.interval = interval;
  }

  @Override
  public void onApplicationEvent(ApplicationReadyEvent ready) {
    if (interval.isPositive() && !reload.files().paths().isEmpty()) {
      var _ =
          thread.scheduleWithFixedDelay(
              this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** One look; a reload where the files are as they were at the last one, and not as before it. */
  void look() {
    try {
      String now = reload.files().fingerprint();
      if (now.equals(seen) && !now.equals(taken)) {
        taken = now;
        var _ = reload.run();
      }
      seen = now;
    } catch (RuntimeException e) {
      LOG.error("the configuration files were not looked at", e);
    }
  }

  @Override
  public void destroy() {
    thread.shutdownNow();
  }
}
