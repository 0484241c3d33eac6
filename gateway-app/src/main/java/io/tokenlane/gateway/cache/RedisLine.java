package io.tokenlane.gateway.cache;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.tokenlane.gateway.limit.RedisAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Redis that may be slow or gone. It is asked only while it is known to answer in
 * time: the first question that waited in vain is the last one, until a ping sent behind, after 1 s
 * and then twice as long each time up to 30 s, was answered in time. So a Redis that has become
 * slow costs the questions of one time limit that much, and none after them anything.
 */
final class RedisLine implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  private final RedisClient client = RedisClient.create();
  private final RedisURI uri;
  private final Duration timeout;
  private final ScheduledExecutorService clockwork;
  private final AtomicBoolean available = new AtomicBoolean();
  private final AtomicBoolean probing = new AtomicBoolean();
  private final AtomicLong failures = new AtomicLong();
  private volatile Duration pause = FIRST_PAUSE;
  private volatile boolean closed;
  private volatile @Nullable StatefulRedisConnection<String, byte[]> connection;
  private volatile @Nullable StatefulRedisPubSubConnection<String, byte[]> subscription;
  private volatile Runnable answering = () -> {};
  private volatile Runnable subscriber = () -> {};

  /** Something Redis is asked or told. */
  @FunctionalInterface
  interface Command<T> {
    CompletionStage<T> send(StatefulRedisConnection<String, byte[]> redis);
  }

  RedisLine(SharedCacheProperties properties, ScheduledExecutorService clockwork) {
    this.uri = RedisAddress.of(properties.uri());
    this.timeout = properties.timeout();
    this.clockwork = clockwork;
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(2)).build())
            .build());
  }

  /**
   * Connects, behind.
   *
   * @param again called whenever Redis answers after it did not, once it can be told
   */
  void open(String channel, RedisPubSubListener<String, byte[]> listener, Runnable again) {
    answering = again;
    subscriber = () -> subscribe(channel, listener);
    probe();
  }

  private void subscribe(String channel, RedisPubSubListener<String, byte[]> listener) {
    var _ =
        client
            .connectPubSubAsync(CODEC, uri)
            .whenComplete(
                (made, failure) -> {
                  if (made != null) {
                    made.addListener(listener);
                    heard(made, made.async().subscribe(channel));
                  } else {
                    pauseAndProbe();
                  }
                });
  }

  /** Used only once what the others forget is heard of; else the next probe tries again. */
  private void heard(
      StatefulRedisPubSubConnection<String, byte[]> made, CompletionStage<Void> subscribed) {
    var _ =
        subscribed.whenComplete(
            (done, refused) -> {
              if (refused == null) {
                subscription = made;
                use();
              } else {
                var _ = made.closeAsync();
                pauseAndProbe();
              }
            });
  }

  /** Asks, where Redis answers; {@code otherwise} where not, or not in time. Never fails. */
  <T> CompletableFuture<T> ask(Command<T> question, T otherwise) {
    return send(question).exceptionally(failure -> otherwise);
  }

  /** Tells; fails where Redis has not heard it for sure. */
  <T> CompletableFuture<T> tell(Command<T> command) {
    return send(command);
  }

  private <T> CompletableFuture<T> send(Command<T> command) {
    StatefulRedisConnection<String, byte[]> open = connection;
    if (!available.get() || open == null) {
      return CompletableFuture.failedFuture(new IllegalStateException("Redis is not answering"));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      var _ = command.send(open).whenComplete((value, failure) -> settle(answer, value, failure));
    } catch (RuntimeException refused) {
      answer.completeExceptionally(refused);
    }
    return answer
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete(
            (value, failure) -> {
              if (failure != null) {
                failures.incrementAndGet();
                pauseAndProbe();
              }
            });
  }

  private static <T> void settle(
      CompletableFuture<T> answer, @Nullable T value, @Nullable Throwable failure) {
    if (failure == null && value != null) {
      answer.complete(value);
    } else {
      answer.completeExceptionally(
          failure == null ? new CompletionException("no value", null) : failure);
    }
  }

  private void pauseAndProbe() {
    available.set(false);
    if (!closed && probing.compareAndSet(false, true)) {
      Duration now = pause;
      Duration doubled = now.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      var _ = clockwork.schedule(this::probeAgain, now.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void probeAgain() {
    probing.set(false);
    probe();
  }

  private void probe() {
    if (closed) {
      return;
    }
    StatefulRedisConnection<String, byte[]> open = connection;
    if (open == null) {
      var _ = client.connectAsync(CODEC, uri).whenComplete((made, failure) -> connected(made));
      return;
    }
    try {
      var _ =
          open.async()
              .ping()
              .toCompletableFuture()
              .copy()
              .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
              .whenComplete((pong, failure) -> answered(failure == null));
    } catch (RuntimeException disconnected) {
      pauseAndProbe();
    }
  }

  private void connected(@Nullable StatefulRedisConnection<String, byte[]> made) {
    if (made == null) {
      pauseAndProbe();
    } else {
      connection = made;
      answered(true);
    }
  }

  private void answered(boolean inTime) {
    if (!inTime) {
      pauseAndProbe();
      return;
    }
    pause = FIRST_PAUSE;
    if (subscription == null) {
      // Not asked before what the others forget is heard of.
      subscriber.run();
    } else {
      use();
    }
  }

  /** In this order: what cannot be told until then is known to whoever is called. */
  private void use() {
    available.set(true);
    answering.run();
  }

  boolean available() {
    return available.get();
  }

  long failures() {
    return failures.get();
  }

  @Override
  public void close() {
    closed = true;
    available.set(false);
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
  }
}
