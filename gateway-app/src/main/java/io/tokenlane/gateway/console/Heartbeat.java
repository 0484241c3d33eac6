package io.tokenlane.gateway.console;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the pulse once a second, tells whoever looks, and keeps the last minutes for newcomers.
 * While nobody looks it takes no more of it than the charts of newcomers need.
 */
final class Heartbeat implements ApplicationListener<ContextClosedEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final int KEPT = 300;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Pulse pulse;
  private final NodeSigns signs;
  private final InstantSource clock;
  private final ArrayDeque<ObjectNode> past = new ArrayDeque<>();
  private final AtomicInteger looking = new AtomicInteger();
  private final Sinks.Many<String> beats = Sinks.many().multicast().directBestEffort();

  Heartbeat(Pulse pulse, NodeSigns signs, InstantSource clock) {
    this.pulse = pulse;
    this.signs = signs;
    this.clock = clock;
  }

  void start(ScheduledExecutorService clockwork) {
    var _ = clockwork.scheduleWithFixedDelay(this::beatSafely, 1, 1, TimeUnit.SECONDS);
  }

  /** Or whoever looks would hold up the gateway's end. */
  @Override
  public void onApplicationEvent(ContextClosedEvent closing) {
    beats.emitComplete(Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1)));
  }

  private void beatSafely() {
    try {
      beat();
    } catch (RuntimeException e) {
      LOG.warn("console: the pulse could not be taken: {}", String.valueOf(e));
    }
  }

  void beat() {
    ObjectNode brief = pulse.brief(clock.millis());
    keep(brief);
    if (looking.get() > 0) {
      signs.look();
      var _ = beats.tryEmitNext(JSON.writeValueAsString(pulse.whole(brief)));
    }
  }

  private void keep(ObjectNode brief) {
    synchronized (past) {
      past.addLast(brief);
      if (past.size() > KEPT) {
        past.removeFirst();
      }
    }
  }

  /** The charts' past, oldest first. */
  String past() {
    ArrayNode all = JSON.createArrayNode();
    synchronized (past) {
      past.forEach(all::add);
    }
    return JSON.writeValueAsString(all);
  }

  /** A look between two beats must not move their window on. */
  private ObjectNode latest() {
    synchronized (past) {
      ObjectNode last = past.peekLast();
      if (last != null) {
        return last;
      }
    }
    ObjectNode first = pulse.brief(clock.millis());
    keep(first);
    return first;
  }

  /** One JSON text a second, the first one at once. */
  Flux<String> live() {
    return Flux.defer(
        () -> {
          looking.incrementAndGet();
          signs.look();
          String first = JSON.writeValueAsString(pulse.whole(latest()));
          return Flux.concat(Flux.just(first), beats.asFlux().onBackpressureLatest())
              .doFinally(signal -> looking.decrementAndGet());
        });
  }
}
