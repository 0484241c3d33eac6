package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.NoSlotException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What Prometheus sees of the line in which requests wait for a slot of a node: where nodes tell
 * their limits the queue is here, not at them.
 */
final class LineMeters {
  private final Map<NoSlotException.Reason, Counter> refused =
      new EnumMap<>(NoSlotException.Reason.class);

  LineMeters(MeterRegistry registry, LateBinding line) {
    Gauge.builder("tokenlane.balance.waiting", line, LateBinding::waiting)
        .description("Requests that wait for a slot of a node")
        .register(registry);
    // All from the start: an increase from nothing is none to Prometheus.
    for (NoSlotException.Reason reason : NoSlotException.Reason.values()) {
      refused.put(
          reason,
          Counter.builder("tokenlane.balance.refused")
              .description("Requests that got no slot of a node")
              .tag("reason", reason.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  /** A request is refused, as it got no slot. */
  void refused(NoSlotException none) {
    Counter counter = refused.get(none.reason());
    if (counter != null) {
      counter.increment();
    }
  }
}
