package io.tokenlane.bench.limits;

import io.tokenlane.bench.Samples;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Chats with prompts of about 1 KB: every second one new, so that a node is asked, the others from
 * the cache.
 */
final class ChatLoad implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String FILLER = "The quick brown fox jumps over the lazy dog. ".repeat(20);

  private final ConnectionProvider connections =
      ConnectionProvider.builder("chats").maxConnections(1_000).build();
  private final HttpClient client;
  private final AtomicInteger numbers = new AtomicInteger();

  ChatLoad(int port) {
    client =
        HttpClient.create(connections)
            .baseUrl("http://127.0.0.1:" + port)
            .responseTimeout(PATIENCE)
            .headers(headers -> headers.set("Content-Type", "application/json"));
  }

  /**
   * What came out.
   *
   * @param perSecond good answers a second; of a closed loop those that came before its end
   * @param latencies milliseconds; of those without a good answer 5000
   * @param errors requests without a good answer
   */
  record Measured(double perSecond, Samples latencies, int errors) {}

  /** So many clients, each of which asks again once it has its answer. */
  Measured closedLoop(int clients, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    Counting counting = new Counting(now -> now - end <= 0);
    Flux.range(0, clients)
        .flatMap(
            i ->
                Mono.defer(() -> chat(System.nanoTime(), counting))
                    .repeat(() -> System.nanoTime() < end),
            clients)
        .then()
        .block(Duration.ofSeconds((long) seconds).plus(PATIENCE.multipliedBy(3)));
    return counting.measured(seconds);
  }

  /** So many a second at random times (Poisson), timed from when each was due. */
  Measured openLoop(double rate, double seconds) {
    Counting counting = new Counting(now -> true);
    SplittableRandom random = new SplittableRandom(11);
    AtomicLong open = new AtomicLong();
    double due = System.nanoTime();
    double end = due + seconds * 1e9;
    while (due < end) {
      while (due - System.nanoTime() > 0) {
        LockSupport.parkNanos((long) (due - System.nanoTime()));
      }
      open.incrementAndGet();
      var _ = chat((long) due, counting).doFinally(signal -> open.decrementAndGet()).subscribe();
      due -= Math.log(1 - random.nextDouble()) / rate * 1e9;
    }
    long late = System.nanoTime() + 2 * PATIENCE.toNanos();
    while (open.get() > 0 && System.nanoTime() < late) {
      LockSupport.parkNanos(1_000_000);
    }
    return counting.measured(seconds);
  }

  private Mono<Void> chat(long begin, Counting counting) {
    int number = numbers.getAndIncrement();
    String salt = number % 2 == 0 ? "new " + number : "known " + number % 100;
    String body =
        """
        {"model":"quick","temperature":0,"messages":[{"role":"user","content":"%s %s"}]}"""
            .formatted(salt, FILLER);
    return client
        .post()
        .uri("/v1/chat/completions")
        .send(ByteBufFlux.fromString(Mono.just(body)))
        .responseSingle(
            (response, content) -> content.asString().map(text -> response.status().code()))
        .timeout(PATIENCE)
        .onErrorReturn(0)
        .defaultIfEmpty(0)
        .doOnNext(status -> counting.add(status == 200, begin, System.nanoTime()))
        .then();
  }

  /** Answers as they come. */
  static final class Counting {
    private final Samples latencies = new Samples();
    private final LongPredicate inTime;
    private int good;
    private int errors;

    /**
     * @param inTime whether a good answer at this time, on {@code System.nanoTime}, counts in the
     *     rate: a closed loop ends with an answer under way for each client, which its seconds do
     *     not hold
     */
    Counting(LongPredicate inTime) {
      this.inTime = inTime;
    }

    synchronized void add(boolean well, long beginNanos, long nowNanos) {
      latencies.add(well ? (nowNanos - beginNanos) / 1e6 : PATIENCE.toMillis());
      good += well && inTime.test(nowNanos) ? 1 : 0;
      errors += well ? 0 : 1;
    }

    synchronized Measured measured(double seconds) {
      return new Measured(good / seconds, latencies, errors);
    }
  }

  @Override
  public void close() {
    connections.dispose();
  }
}
