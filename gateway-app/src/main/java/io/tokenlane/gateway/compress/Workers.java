package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.error.ApiException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Work on prompts beside the event loops: a bounded number at once, each answered in time. */
final class Workers {
  /** From the request on, the wait for a thread included. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int IDLE_SECONDS = 60;

  private final Scheduler threads;

  /**
   * Threads that take work from one queue; what finds no room in it is rejected.
   *
   * @param most threads at once; they end when there is nothing to do
   * @param queue how much may wait for one, for all of them together
   */
  static Scheduler threads(int most, int queue) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            Thread.ofPlatform().name("compress-", 1).daemon().factory());
    executor.allowCoreThreadTimeOut(true);
    return Schedulers.fromExecutorService(executor, "compress");
  }

  Workers(Scheduler threads) {
    this.threads = threads;
  }

  /**
   * What the work comes to. Fails as it does; with an {@link ApiException} of 400 where it goes
   * deeper than a stack, and of 503 where it takes all memory, which both would else end without an
   * answer, where there is no room, or where it takes too long.
   */
  <T> Mono<T> run(Callable<T> work) {
    return Mono.fromCallable(() -> answered(work))
        .subscribeOn(threads)
        .timeout(LIMIT)
        .onErrorMap(TimeoutException.class, late -> busy())
        .onErrorMap(RejectedExecutionException.class, full -> busy());
  }

  private static <T> T answered(Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (StackOverflowError tooDeep) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST, "invalid_request", "The request is nested too deep.");
    } catch (OutOfMemoryError tooMuch) {
      throw busy();
    }
  }

  private static ApiException busy() {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE, "busy", "The gateway has too much to do with prompts.");
  }
}
