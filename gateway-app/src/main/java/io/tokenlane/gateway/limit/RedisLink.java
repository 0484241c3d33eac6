package io.tokenlane.gateway.limit;

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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The Redis in which gateways share their limits. A question that it does not answer in time is
 * answered by this gateway alone, and so are all others for a second: a Redis that stands still
 * costs few requests its time limit, and the others nothing.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

  private final RedisClient client;
  private final RedisURI uri;
  private final Duration timeout;
  private final Counter failures;
  private final LongSupplier nanos;
  private final AtomicReference<@Nullable CompletableFuture<Connection>> connection =
      new AtomicReference<>();

  private volatile @Nullable Long failedAt;

  /** With what is asked. */
  record Connection(StatefulRedisConnection<String, byte[]> redis, SharedBuckets buckets) {}

  /**
   * @param failures counts the questions that this gateway answered alone
   * @param nanos the clock
   */
  RedisLink(RedisProperties properties, Counter failures, LongSupplier nanos) {
    this.timeout = properties.timeout();
    this.failures = failures;
    this.nanos = nanos;
    this.uri = RedisAddress.of(properties.uri());
    this.client = RedisClient.create();
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
            .build());
  }

  /** Asks; {@code otherwise} where Redis does not answer in time, or has just not done so. */
  <T> Mono<T> ask(Function<Connection, CompletionStage<T>> question, Mono<T> otherwise) {
    return Mono.defer(
        () -> {
          if (resting()) {
            failures.increment();
            return otherwise;
          }
          return Mono.fromFuture(() -> connected().thenCompose(question))
              .timeout(timeout)
              .onErrorResume(
                  failure -> {
                    failedAt = nanos.getAsLong();
                    failures.increment();
                    LOG.debug("Redis did not answer; this gateway's own limits hold", failure);
                    return otherwise;
                  });
        });
  }

  /**
   * Tells, and does not wait; in the order of the calls.
   *
   * @param unheard called where Redis does not hear it
   * @return whether it does, once that is known; never fails
   */
  <T> CompletableFuture<Boolean> tell(
      Function<Connection, CompletionStage<T>> command, Runnable unheard) {
    CompletableFuture<Connection> known = connection.get();
    if (known == null || !known.isDone() || known.isCompletedExceptionally() || resting()) {
      unheard.run();
      return CompletableFuture.completedFuture(false);
    }
    return known
        .thenCompose(command)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                unheard.run();
              }
              return failure == null;
            });
  }

  /** Tells, and completes when Redis has heard it or will not; at the latest in time. */
  <T> Mono<Void> told(Function<Connection, CompletionStage<T>> command, Runnable unheard) {
    return Mono.fromFuture(() -> tell(command, unheard), true)
        .timeout(timeout)
        .onErrorComplete()
        .then();
  }

  private boolean resting() {
    Long failed = failedAt;
    return failed != null && nanos.getAsLong() - failed < REST_NANOS;
  }

  /** The connection; where making it failed, the next question makes another. */
  private CompletableFuture<Connection> connected() {
    CompletableFuture<Connection> known = connection.get();
    if (known != null && !known.isCompletedExceptionally()) {
      return known;
    }
    CompletableFuture<Connection> made = new CompletableFuture<>();
    if (connection.compareAndSet(known, made)) {
      connect(made);
      return made;
    }
    return connected();
  }

  private void connect(CompletableFuture<Connection> into) {
    var _ =
        client
            .connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
            .whenComplete(
                (redis, failure) -> {
                  if (failure == null) {
                    into.complete(new Connection(redis, SharedBuckets.over(redis)));
                  } else {
                    into.completeExceptionally(failure);
                  }
                });
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, timeout);
  }
}
