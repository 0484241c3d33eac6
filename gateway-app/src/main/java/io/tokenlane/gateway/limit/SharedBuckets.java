package io.tokenlane.gateway.limit;

import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Buckets in Redis.
 *
 * @param all by the keys of their quotas
 */
record SharedBuckets(AsyncProxyManager<String> all) {
  private static final Duration KEEP_BEYOND_REFILL = Duration.ofMinutes(1);

  static SharedBuckets over(StatefulRedisConnection<String, byte[]> redis) {
    return new SharedBuckets(
        Bucket4jLettuce.casBasedBuilder(redis)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    KEEP_BEYOND_REFILL))
            .build()
            .asAsync());
  }

  AsyncBucketProxy of(Quota quota) {
    return all.builder()
        .build(quota.key(), () -> CompletableFuture.completedFuture(quota.configuration()));
  }
}
