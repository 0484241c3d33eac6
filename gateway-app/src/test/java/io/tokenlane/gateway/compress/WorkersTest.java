package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.error.ApiException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

final class WorkersTest {
  private static int deeper(int depth) {
    return depth < 0 ? 0 : deeper(depth + 1) + 1;
  }

  private static void refused(Mono<?> answer, int status) {
    StepVerifier.create(answer)
        .expectErrorSatisfies(
            failure ->
                assertThat(failure)
                    .isInstanceOfSatisfying(
                        ApiException.class,
                        refusal -> assertThat(refusal.status().value()).isEqualTo(status)))
        .verify();
  }

  @Test
  void workIsDoneAndFailsAsItself() {
    Workers workers = new Workers(Schedulers.immediate());
    StepVerifier.create(workers.run(() -> 7)).expectNext(7).verifyComplete();
    StepVerifier.create(
            workers.run(
                () -> {
                  throw new IllegalArgumentException("its own");
                }))
        .verifyErrorMessage("its own");
  }

  @Test
  void workThatGoesDeeperThanAStackIsAnswered() {
    refused(new Workers(Schedulers.immediate()).run(() -> deeper(0)), 400);
  }

  @Test
  void workThatTakesAllMemoryIsAnswered() {
    refused(
        new Workers(Schedulers.immediate())
            .run(
                () -> {
                  throw new OutOfMemoryError("by hand");
                }),
        503);
  }

  @Test
  void workThatTakesTooLongIsAnswered() {
    StepVerifier.withVirtualTime(() -> new Workers(idle()).run(() -> 7))
        .expectSubscription()
        .expectNoEvent(Workers.LIMIT.minusMillis(1))
        .thenAwait(Workers.LIMIT)
        .verifyError(ApiException.class);
  }

  @Test
  void workThatFindsNoRoomIsAnswered() {
    Scheduler ended = Schedulers.newSingle("ended");
    ended.dispose();
    refused(new Workers(ended).run(() -> 7), 503);
  }

  /** As many as there are threads are under way, as many as the queue is long wait. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 10"})
  void theQueueIsOneForAllThreads(int most, int queue) {
    Scheduler threads = Workers.threads(most, queue);
    Workers workers = new Workers(threads);
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger refused = new AtomicInteger();
    int calls = 50;
    List<Mono<Boolean>> answers =
        IntStream.range(0, calls)
            .mapToObj(
                _ ->
                    workers
                        .run(
                            () -> {
                              gate.await();
                              return true;
                            })
                        .onErrorResume(
                            ApiException.class,
                            full -> {
                              refused.incrementAndGet();
                              return Mono.just(false);
                            }))
            .toList();
    Mono<List<Boolean>> all =
        Flux.fromIterable(answers).flatMap(answer -> answer, calls).collectList();
    CompletableFuture<List<Boolean>> done = all.toFuture();

    assertThat(refused).hasValue(calls - most - queue);
    gate.countDown();
    assertThat(done.join()).filteredOn(answer -> answer).hasSize(most + queue);
    threads.dispose();
  }

  /** Has a thread for nobody. */
  private static Scheduler idle() {
    return Schedulers.fromExecutor(work -> {});
  }
}
