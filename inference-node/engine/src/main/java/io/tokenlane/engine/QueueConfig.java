package io.tokenlane.engine;

import io.tokenlane.engine.schedule.QueueOrder;

/**
 * The queue of an engine.
 *
 * @param maxWaiting most generations in flight beyond those of a full batch; 0 to 1,048,576;
 *     default 256
 * @param deadlineNanos how long a generation may wait for its first step before it fails; 0 to
 *     10^15 ns; 0 is for ever; default 60 s
 * @param order who runs first; by arrival under static batching, whatever is set; default by
 *     priority
 */
public record QueueConfig(int maxWaiting, long deadlineNanos, QueueOrder order) {
  static final QueueConfig DEFAULTS = new QueueConfig(256, 60_000_000_000L, QueueOrder.PRIORITY);

  /** Refuses values out of range with a message that names the field. */
  public QueueConfig {
    Range.require("max_waiting", maxWaiting, 0, 1 << 20);
    Range.require("queue_deadline", deadlineNanos, 0, 1_000_000_000_000_000L);
  }

  QueueConfig withMaxWaiting(int generations) {
    return new QueueConfig(generations, deadlineNanos, order);
  }

  QueueConfig withDeadlineNanos(long nanos) {
    return new QueueConfig(maxWaiting, nanos, order);
  }

  QueueConfig withOrder(QueueOrder other) {
    return new QueueConfig(maxWaiting, deadlineNanos, other);
  }
}
