package io.tokenlane.node.config;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The node's queue, under {@code tokenlane.node.queue}.
 *
 * @param order {@code priority} (then arrival), {@code shortest-prefill} (priority, then how little
 *     is left to compute, then arrival) or {@code arrival}; default {@code priority}
 * @param ageing head start of one level of priority: what has waited so much longer goes before a
 *     request one level higher; 0 is none, so that low priorities may starve; up to 10 days;
 *     default 10 s
 * @param prefillTokenDelay under {@code shortest-prefill}, how much earlier a request may have come
 *     for each token that it has more to compute; 0 to 1 minute; default 5 ms
 * @param deadline longest wait for the first step, after which a request fails with 503; 0 is for
 *     ever; up to 1 day; default 60 s
 */
public record QueueSettings(
    @DefaultValue("priority") String order,
    @DefaultValue("10s") Duration ageing,
    @DefaultValue("5ms") Duration prefillTokenDelay,
    @DefaultValue("60s") Duration deadline) {

  public QueueSettings {
    Check.that(
        order.equals("priority") || order.equals("shortest-prefill") || order.equals("arrival"),
        "tokenlane.node.queue.order",
        order,
        "priority, shortest-prefill or arrival");
    Check.duration("tokenlane.node.queue.ageing", ageing, Duration.ofDays(10));
    Check.duration(
        "tokenlane.node.queue.prefill-token-delay", prefillTokenDelay, Duration.ofMinutes(1));
    Check.duration("tokenlane.node.queue.deadline", deadline, Duration.ofDays(1));
  }
}
