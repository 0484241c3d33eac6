package io.tokenlane.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
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

  /** The amounts with which this gateway has counted. */
  private final Cache<String, Long> counted =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  RedisQuotas(RedisLink link, QuotaStore own) {
    this.link = link;
    this.own = own;
  }

  @Override
  public Mono<ConsumptionProbe> take(Quota quota, long amount) {
    return asked(quota, bucket -> take(bucket, quota, amount), own.take(quota, amount));
  }

  /** Redis keeps a quota with the amount that it was made with, which may be another by now. */
  private CompletionStage<ConsumptionProbe> take(
      AsyncBucketProxy bucket, Quota quota, long amount) {
    return tryTake(bucket, amount)
        .thenCompose(
            result ->
                quota.isKeptBy(result.getConfiguration())
                    ? CompletableFuture.completedFuture(result.getValue())
                    : takeAnew(bucket, quota, amount, result.getValue()))
        .whenComplete((probe, failure) -> counted.put(quota.key(), quota.capacity()));
  }

  private static CompletableFuture<VerboseResult<ConsumptionProbe>> tryTake(
      AsyncBucketProxy bucket, long amount) {
    return amount == 0
        ? bucket
            .asVerbose()
            .getAvailableTokens()
            .thenApply(left -> left.map(n -> ConsumptionProbe.consumed(n, 0)))
        : bucket.asVerbose().tryConsumeAndReturnRemaining(amount);
  }

  private CompletionStage<ConsumptionProbe> takeAnew(
      AsyncBucketProxy bucket, Quota quota, long amount, ConsumptionProbe before) {
    return giveBack(bucket, before.isConsumed() ? amount : 0)
        .thenCompose(done -> bucket.replaceConfiguration(quota.configuration(), inheritance(quota)))
        .thenCompose(done -> tryTake(bucket, amount))
        .thenApply(VerboseResult::getValue);
  }

  /**
   * What was taken of a smaller amount stays taken of a larger one. Where it is another gateway
   * that counts with another amount, nothing is added: the two would go on adding.
   */
  private TokensInheritanceStrategy inheritance(Quota quota) {
    Long before = counted.getIfPresent(quota.key());
    boolean changedHere = before == null || before != quota.capacity();
    return changedHere ? TokensInheritanceStrategy.ADDITIVE : TokensInheritanceStrategy.AS_IS;
  }

  private static CompletableFuture<Void> giveBack(AsyncBucketProxy bucket, long amount) {
    return amount == 0 ? CompletableFuture.completedFuture(null) : bucket.addTokens(amount);
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
    return link.ask(connection -> question.apply(connection.buckets().of(quota)), otherwise);
  }
}
