package io.tokenlane.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Quotas that several gateways share in Redis. Where Redis does not answer in time, this gateway's
 * own quotas hold instead, so that neither a request waits nor everybody gets everything.
 */
final class RedisQuotas implements QuotaStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisQuotas.class);
  private static final Duration KEEP_BEYOND_REFILL = Duration.ofMinutes(1);
  private static final long REMEMBERED = 100_000;

  private final RedisClient client;
  private final RedisURI uri;
  private final Duration timeout;
  private final QuotaStore own;
  private final Counter failures;

  /** The amounts this gateway knows quotas with. */
  private final Cache<String, Long> sizes =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  private final AtomicReference<@Nullable CompletableFuture<AsyncProxyManager<String>>> buckets =
      new AtomicReference<>();

  RedisQuotas(RedisProperties properties, QuotaStore own, Counter failures) {
    this.timeout = properties.timeout();
    this.own = own;
    this.failures = failures;
    this.uri = RedisURI.create(properties.uri());
    this.client = RedisClient.create();
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
            .build());
  }

  @Override
  public Mono<ConsumptionProbe> take(Quota quota, long amount) {
    if (amount == 0) {
      return asked(
          quota,
          bucket -> bucket.getAvailableTokens().thenApply(n -> ConsumptionProbe.consumed(n, 0)),
          own.take(quota, 0));
    }
    return asked(
        quota, bucket -> bucket.tryConsumeAndReturnRemaining(amount), own.take(quota, amount));
  }

  @Override
  public Mono<Void> correct(Quota quota, long amount) {
    if (amount == 0) {
      return Mono.empty();
    }
    return asked(
            quota,
            bucket ->
                amount > 0
                    ? bucket.addTokens(amount).thenApply(done -> true)
                    : bucket.consumeIgnoringRateLimits(-amount).thenApply(done -> true),
            own.correct(quota, amount).thenReturn(true))
        .then();
  }

  private <T> Mono<T> asked(
      Quota quota, Function<AsyncBucketProxy, CompletionStage<T>> question, Mono<T> otherwise) {
    return Mono.fromFuture(
            () ->
                connected().thenCompose(b -> sized(bucket(b, quota), quota)).thenCompose(question))
        .timeout(timeout)
        .onErrorResume(
            failure -> {
              failures.increment();
              LOG.debug("Redis did not answer; this gateway's own quotas hold", failure);
              return otherwise;
            });
  }

  /** A reload changed the amount: what was taken of it stays taken. */
  private CompletionStage<AsyncBucketProxy> sized(AsyncBucketProxy bucket, Quota quota) {
    Long known = sizes.get(quota.key(), key -> quota.capacity());
    if (known == null || known == quota.capacity()) {
      return CompletableFuture.completedFuture(bucket);
    }
    return bucket
        .replaceConfiguration(quota.configuration(), TokensInheritanceStrategy.ADDITIVE)
        .thenApply(
            done -> {
              sizes.put(quota.key(), quota.capacity());
              return bucket;
            });
  }

  private static AsyncBucketProxy bucket(AsyncProxyManager<String> buckets, Quota quota) {
    return buckets
        .builder()
        .build(quota.key(), () -> CompletableFuture.completedFuture(quota.configuration()));
  }

  /** The connection; where making it failed, the next question makes another. */
  private CompletableFuture<AsyncProxyManager<String>> connected() {
    CompletableFuture<AsyncProxyManager<String>> known = buckets.get();
    if (known != null && !known.isCompletedExceptionally()) {
      return known;
    }
    CompletableFuture<AsyncProxyManager<String>> made = new CompletableFuture<>();
    if (buckets.compareAndSet(known, made)) {
      connect(made);
      return made;
    }
    return connected();
  }

  private void connect(CompletableFuture<AsyncProxyManager<String>> into) {
    var _ =
        client
            .connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
            .whenComplete(
                (connection, failure) -> {
                  if (failure == null) {
                    into.complete(manager(connection));
                  } else {
                    into.completeExceptionally(failure);
                  }
                });
  }

  private static AsyncProxyManager<String> manager(
      StatefulRedisConnection<String, byte[]> connection) {
    return Bucket4jLettuce.casBasedBuilder(connection)
        .expirationAfterWrite(
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEEP_BEYOND_REFILL))
        .build()
        .asAsync();
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, timeout);
  }
}
