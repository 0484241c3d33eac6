package io.tokenlane.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Quotas that several gateways share in Redis. Where Redis does not answer in time, this gateway's
 * own quotas hold instead, so that neither a request waits nor everybody gets everything.
 */
final class RedisQuotas implements QuotaStore {
  private static final long REMEMBERED = 100_000;

  private final RedisLink link;
  private final QuotaStore own;

  /** The amounts this gateway knows quotas with. */
  private final Cache<String, Long> sizes =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  RedisQuotas(RedisLink link, QuotaStore own) {
    this.link = link;
    this.own = own;
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
    return link.ask(
        connection -> sized(connection.buckets().of(quota), quota).thenCompose(question),
        otherwise);
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
}
