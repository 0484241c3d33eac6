package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What only the thread adds. */
final class EngineTest {
  private final ToyModel model = new ToyModel(256);

  @Test
  void manyThreadsSubmitAndCancelAndAllComesBack() throws InterruptedException {
    try (Engine engine = Engine.start(model, EngineConfig.defaults().withBatch(8, 64))) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 4; i++) {
        long seed = i;
        Thread thread = Thread.ofPlatform().unstarted(() -> talk(engine, seed));
        thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        threads.add(thread);
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      EngineStats stats = engine.stats();
      assertThat(stats.running() + stats.waiting() + stats.kvBlocksUsed()).isZero();
    }
  }

  @Test
  void eventsComeOnTheStepThread() {
    CompletableFuture<String> name = new CompletableFuture<>();
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      engine.submit(
          greedy(counting(0, 3), 1), event -> name.complete(Thread.currentThread().getName()));
      assertThat(name.join()).isEqualTo("tokenlane-engine-step");
    }
  }

  @Test
  void closeFailsWhatRunsAndStopsTheThread() throws InterruptedException {
    Engine engine = Engine.start(model, EngineConfig.defaults());
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Recorder recorder = new Recorder();
    engine.submit(
        greedy(counting(0, 3), 200),
        event -> {
          recorder.accept(event);
          started.countDown();
          awaitQuietly(release);
        });
    started.await();
    Thread closer = Thread.ofPlatform().start(engine::close);
    // The thread is held in the listener, so the engine cannot have ended the generation yet.
    while (engine.isOpen()) {
      Thread.onSpinWait();
    }
    release.countDown();
    closer.join();
    assertThat(recorder.failure()).isEqualTo("engine: closed");
    assertThatThrownBy(() -> engine.submit(greedy(counting(0, 3), 1), event -> {}))
        .isInstanceOf(EngineBusyException.class);
  }

  /** Submitting races with closing: accepted means an ending comes, refused means no event does. */
  @Test
  void everyAcceptedGenerationEndsHoweverCloseFalls() throws InterruptedException {
    for (int round = 0; round < 300; round++) {
      Engine engine = Engine.start(model, EngineConfig.defaults().withKvBlocks(32));
      List<Recorder> accepted = new ArrayList<>();
      List<Recorder> refused = new ArrayList<>();
      CountDownLatch submitting = new CountDownLatch(1);
      Thread submitter =
          Thread.ofPlatform().start(() -> submitUntilClosed(engine, accepted, refused, submitting));
      submitting.await();
      engine.close();
      submitter.join();
      assertThat(accepted).as("round %d", round).allMatch(Recorder::hasEnded);
      assertThat(refused).noneMatch(Recorder::hasEnded).allMatch(r -> r.ids().isEmpty());
      assertThat(engine.stats().waiting() + engine.stats().running()).isZero();
    }
  }

  @Test
  void closeFromAListenerDoesNotWaitForItself() throws InterruptedException {
    Engine engine = Engine.start(model, EngineConfig.defaults());
    Recorder recorder = new Recorder();
    engine.submit(
        greedy(counting(0, 3), 200),
        event -> {
          recorder.accept(event);
          engine.close();
        });
    recorder.await();
    assertThat(recorder.failure()).isEqualTo("engine: closed");
    assertThat(engine.isOpen()).isFalse();
  }

  private void talk(Engine engine, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50; i++) {
      GenerationRequest request = greedy(Requests.prompt(random, 5), random.nextInt(1, 60));
      Recorder recorder = new Recorder();
      Generation generation = engine.submit(request, recorder);
      boolean cancel = random.nextInt(4) == 0;
      if (cancel) {
        generation.cancel();
      }
      awaitQuietly(recorder);
      if (!cancel) {
        assertThat(recorder.ids()).isEqualTo(SteppedEngine.alone(new ToyModel(256), request));
      }
    }
  }

  private static void submitUntilClosed(
      Engine engine, List<Recorder> accepted, List<Recorder> refused, CountDownLatch submitting) {
    while (engine.isOpen() || refused.isEmpty()) {
      submitting.countDown();
      Recorder recorder = new Recorder();
      try {
        engine.submit(greedy(counting(0, 3), 2), recorder);
        accepted.add(recorder);
      } catch (EngineBusyException e) {
        refused.add(recorder);
      }
    }
  }

  private static void awaitQuietly(Recorder recorder) {
    try {
      recorder.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
