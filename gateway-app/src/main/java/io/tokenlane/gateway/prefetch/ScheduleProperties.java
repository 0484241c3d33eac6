package io.tokenlane.gateway.prefetch;

import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.scheduling.support.CronExpression;

/**
 * {@code prefetch.schedules[]}: endpoints that are fetched at certain times.
 *
 * @param cron second, minute, hour, day of month, month, day of week, as {@code 0 55 8 * *
 *     MON-FRI}; in the machine's time zone
 * @param endpoints paths with their queries
 */
public record ScheduleProperties(String cron, @DefaultValue List<String> endpoints) {
  /** Checks both. */
  public ScheduleProperties {
    if (!CronExpression.isValidExpression(cron)) {
      throw new IllegalArgumentException(
          "cron: " + cron + " (expected: second minute hour day month weekday)");
    }
    endpoints = List.copyOf(endpoints);
    endpoints.forEach(PrefetchProperties::requirePath);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("endpoints: none (expected: at least one)");
    }
  }

  CronExpression times() {
    return CronExpression.parse(cron);
  }
}
