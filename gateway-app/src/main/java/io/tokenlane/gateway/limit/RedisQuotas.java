package io.tokenlane.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * Quotas that several gateways share in Redis. Where Redis does not answer in time, this gateway's
 * own quotas hold instead, so that neither a request waits nor everybody gets everything. What
 * Redis has taken is corrected there, when it hears again.
 */
final class RedisQuotas implements QuotaStore {
  private static final long REMEMBERED = 100_000;

  /** Quotas whose corrections wait for Redis; those beyond are lost. */
  private static final int MOST_OWED = 10_000;

  private static final int REPAID_AT_ONCE = 100;

  private final RedisLink link;
  private final QuotaStore own;

  /** The amounts with which this gateway has counted. */
  private final Cache<String, Long> counted =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  /** Corrections that Redis has not heard. */
  private final ConcurrentHashMap<String, Owed> owed = new ConcurrentHashMap<>();

  private record Owed(Quota quota, long amount) {
    Owed plus(Owed more) {
      return new Owed(more.quota, amount + more.amount);
    }
  }

  RedisQuotas(RedisLink link, QuotaStore own) {
    this.link = link;
    this.own = own;
  }

  @Override
  public Mono<Taken> take(Quota quota, long amount) {
    return Mono.defer(
        () -> {
          Asked asked = new Asked(() -> correct(quota, amount).subscribe());
          return link.ask(
                  connection -> take(connection, quota, amount, asked),
                  ownTake(quota, amount, asked))
              .filter(taken -> !taken.by().equals(this) || asked.keep())
              .doOnCancel(asked::giveUp);
        });
  }

  private CompletionStage<Taken> take(
      RedisLink.Connection connection, Quota quota, long amount, Asked asked) {
    return take(connection.buckets().of(quota), quota, amount)
        .thenApply(
            probe -> {
              if (probe.isConsumed()) {
                asked.granted();
              }
              repay();
              return new Taken(probe, this);
            });
  }

  private Mono<Taken> ownTake(Quota quota, long amount, Asked asked) {
    return Mono.defer(
        () -> {
          asked.giveUp();
          return own.take(quota, amount);
        });
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
    return amount == 0
        ? Mono.empty()
        : link.told(
            connection -> correct(connection.buckets().of(quota), amount),
            () -> owe(quota, amount));
  }

  private static CompletionStage<Boolean> correct(AsyncBucketProxy bucket, long amount) {
    return amount > 0
        ? bucket.addTokens(amount).thenApply(done -> true)
        : bucket.consumeIgnoringRateLimits(-amount).thenApply(done -> true);
  }

  private void owe(Quota quota, long amount) {
    if (owed.size() < MOST_OWED || owed.containsKey(quota.key())) {
      owed.merge(quota.key(), new Owed(quota, amount), Owed::plus);
    }
  }

  /** Redis answers: it is told what it has not heard, some of it each time. */
  private void repay() {
    owed.keySet().stream()
        .limit(REPAID_AT_ONCE)
        .toList()
        .forEach(
            key -> {
              Owed due = owed.remove(key);
              if (due != null) {
                correct(due.quota(), due.amount()).subscribe();
              }
            });
  }
}
