package io.tokenlane.engine;

import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.schedule.QueueOrder;
import io.tokenlane.engine.schedule.SchedulerLimits;

/** Sizes and policies of an engine. */
public record EngineConfig(KvConfig kv, BatchConfig batch, QueueConfig queue) {
  private static final EngineConfig DEFAULTS =
      new EngineConfig(KvConfig.DEFAULTS, BatchConfig.DEFAULTS, QueueConfig.DEFAULTS);

  /** All defaults. */
  public static EngineConfig defaults() {
    return DEFAULTS;
  }

  /** This with another {@link KvConfig#blockSize}. */
  public EngineConfig withBlockSize(int slots) {
    return with(kv.withBlockSize(slots));
  }

  /** This with another {@link KvConfig#blocks}. */
  public EngineConfig withKvBlocks(int blocks) {
    return with(kv.withBlocks(blocks));
  }

  /** This with another {@link KvConfig#bytes}. */
  public EngineConfig withKvBytes(long bytes) {
    return with(kv.withBytes(bytes));
  }

  /** This with another {@link KvConfig#strategy}. */
  public EngineConfig withKvStrategy(KvStrategy strategy) {
    return with(kv.withStrategy(strategy));
  }

  /** This with another {@link KvConfig#prefixReuse}. */
  public EngineConfig withPrefixReuse(boolean reuse) {
    return with(kv.withPrefixReuse(reuse));
  }

  /** This with another {@link BatchConfig#maxSequences} and {@link BatchConfig#maxTokens}. */
  public EngineConfig withBatch(int sequences, int tokens) {
    return with(batch.withSize(sequences, tokens));
  }

  /** This with another {@link BatchConfig#continuous}. */
  public EngineConfig withContinuousBatching(boolean continuous) {
    return with(batch.withContinuous(continuous));
  }

  /** This with another {@link QueueConfig#maxWaiting}. */
  public EngineConfig withMaxWaiting(int generations) {
    return with(queue.withMaxWaiting(generations));
  }

  /** This with another {@link KvConfig#watermark}. */
  public EngineConfig withKvWatermark(double share) {
    return with(kv.withWatermark(share));
  }

  /** This with another {@link KvConfig#type}. */
  public EngineConfig withKvType(KvType type) {
    return with(kv.withType(type));
  }

  /** This with another {@link BatchConfig#targetItlNanos}. */
  public EngineConfig withTargetItlNanos(long nanos) {
    return with(batch.withTargetItlNanos(nanos));
  }

  /** This with another {@link QueueConfig#deadlineNanos}. */
  public EngineConfig withQueueDeadlineNanos(long nanos) {
    return with(queue.withDeadlineNanos(nanos));
  }

  /** This with another {@link QueueConfig#order}. */
  public EngineConfig withQueueOrder(QueueOrder order) {
    return with(queue.withOrder(order));
  }

  /** Most sequences in a step. */
  public int maxBatchSize() {
    return batch.maxSequences();
  }

  /** Most tokens computed in a step: the rows that the model must be loaded for. */
  public int maxBatchTokens() {
    return batch.maxTokens();
  }

  /** What the scheduler keeps to with so many blocks. */
  SchedulerLimits limits(int blocks) {
    return new SchedulerLimits(
        batch.maxSequences(),
        batch.maxTokens(),
        batch.continuous(),
        kv.watermarkOf(blocks),
        batch.continuous() ? queue.order() : QueueOrder.ARRIVAL);
  }

  private EngineConfig with(KvConfig other) {
    return new EngineConfig(other, batch, queue);
  }

  private EngineConfig with(BatchConfig other) {
    return new EngineConfig(kv, other, queue);
  }

  private EngineConfig with(QueueConfig other) {
    return new EngineConfig(kv, batch, other);
  }
}
