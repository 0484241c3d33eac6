package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class GrammarThreadsTest {
  private final Scheduler answering = Schedulers.newSingle("answering");
  private final Scheduler compiling = Schedulers.newBoundedElastic(1, 1, "compiling");
  private final GrammarThreads threads = new GrammarThreads(compiling, answering);
  private final CompletableFuture<String> slow = new CompletableFuture<>();

  @AfterEach
  void stop() {
    slow.complete("");
    answering.dispose();
    compiling.dispose();
  }

  @Test
  void othersAreAnsweredWhileAGrammarIsCompiled() {
    CompletableFuture<String> thread =
        threads.of(slow::join).map(x -> x + Thread.currentThread().getName()).toFuture();
    Mono<String> other = Mono.fromCallable(() -> "answered").subscribeOn(answering);
    assertThat(other.block()).isEqualTo("answered");
    assertThat(thread).isNotDone();
    slow.complete("compiled on its own, then ");
    assertThat(thread.join()).startsWith("compiled on its own, then answering");
  }

  @Test
  void whatIsMoreThanMayWaitIsRefused() {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    threads
        .of(
            () -> {
              begun.complete(null);
              return slow.join();
            })
        .subscribe();
    begun.join();
    threads.of(() -> "waits").subscribe();
    assertThatThrownBy(() -> threads.of(() -> "too many").block())
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("too many schemas wait to be compiled");
  }

  @Test
  void aGrammarThatTakesTheWholeStackIsAnswered() {
    assertThatThrownBy(
            () ->
                threads
                    .of(
                        () -> {
                          throw new StackOverflowError();
                        })
                    .block())
        .isInstanceOf(ApiException.class);
  }
}
