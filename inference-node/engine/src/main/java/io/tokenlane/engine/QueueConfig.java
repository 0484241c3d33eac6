package io.tokenlane.engine;

/**
 * The queue of an engine.
 *
 * @param maxWaiting most generations in flight beyond those of a full batch; 0 to 1,048,576;
 *     default 256
 */
public record QueueConfig(int maxWaiting) {
  static final QueueConfig DEFAULTS = new QueueConfig(256);

  /** Refuses values out of range with a message that names the field. */
  public QueueConfig {
    Range.require("max_waiting", maxWaiting, 0, 1 << 20);
  }

  QueueConfig withMaxWaiting(int generations) {
    return new QueueConfig(generations);
  }
}
