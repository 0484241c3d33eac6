package io.tokenlane.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.local.LocalBucketBuilder;
import java.time.InstantSource;
import java.util.Objects;
import reactor.core.publisher.Mono;

/** Quotas of this gateway alone. Forgotten with the process. */
final class LocalQuotas implements QuotaStore {
  /** More than this many at once, and those not used for longest start afresh. */
  private static final long REMEMBERED = 100_000;

  private static final long NANOS = 1_000_000_000L;

  private final Cache<String, Held> buckets = Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  private final InstantSource clock;

  LocalQuotas(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Mono<Taken> take(Quota quota, long amount) {
    return Mono.fromSupplier(() -> new Taken(taken(quota, amount), this));
  }

  private ConsumptionProbe taken(Quota quota, long amount) {
    return amount == 0
        ? ConsumptionProbe.consumed(bucket(quota).getAvailableTokens(), 0)
        : bucket(quota).tryConsumeAndReturnRemaining(amount);
  }

  @Override
  public Mono<Void> correct(Quota quota, long amount) {
    return Mono.fromRunnable(
        () -> {
          if (amount > 0) {
            bucket(quota).addTokens(amount);
          } else if (amount < 0) {
            bucket(quota).consumeIgnoringRateLimits(-amount);
          }
        });
  }

  /** What is left of a quota, and of how much. */
  private record Held(Bucket bucket, long capacity) {}

  private Bucket bucket(Quota quota) {
    Held held = buckets.get(quota.key(), key -> new Held(build(quota), quota.capacity()));
    return held.capacity() == quota.capacity() ? held.bucket() : resized(quota);
  }

  /** A reload changed the amount: what was taken of it stays taken. */
  private Bucket resized(Quota quota) {
    Held held =
        buckets
            .asMap()
            .compute(
                quota.key(),
                (key, now) -> {
                  if (now == null || now.capacity() == quota.capacity()) {
                    return now == null ? new Held(build(quota), quota.capacity()) : now;
                  }
                  BucketConfiguration next = quota.configuration();
                  now.bucket().replaceConfiguration(next, TokensInheritanceStrategy.ADDITIVE);
                  return new Held(now.bucket(), quota.capacity());
                });
    return Objects.requireNonNull(held).bucket();
  }

  private Bucket build(Quota quota) {
    LocalBucketBuilder builder = Bucket.builder().withCustomTimePrecision(new Meter(clock));
    for (var limit : quota.configuration().getBandwidths()) {
      builder.addLimit(limit);
    }
    return builder.build();
  }

  private record Meter(InstantSource clock) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return Math.multiplyExact(clock.millis(), NANOS / 1000);
    }

    @Override
    public boolean isWallClockBased() {
      return true;
    }
  }
}
