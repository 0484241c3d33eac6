package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.kv.BlockHash;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prefixes that are computed ahead, kept, and told about. */
@ExtendWith(EngineInvariants.class)
final class PrefixTest {
  private static final EngineConfig CONFIG =
      EngineConfig.defaults().withBlockSize(4).withKvBlocks(24);
  private final ToyModel model = new ToyModel(32);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsComputedAheadIsFound(boolean pinned) {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      Recorder ahead = new Recorder();
      prefill(engine, counting(0, 22), pinned, ahead);
      engine.runUntilIdle();
      assertThat(ahead.ids()).isEmpty();
      assertThat(ahead.finished()).isEqualTo(ended(20, 0));
      assertThat(engine.stats().kvBlocksUsed()).isEqualTo(pinned ? 5 : 0);
      Recorder later = engine.submit(greedy(counting(0, 22), 3));
      engine.runUntilIdle();
      assertThat(later.finished().usage().cachedTokens()).isEqualTo(20);
      assertThat(later.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 22), 3)));
    }
  }

  @Test
  void aPinnedPrefixOutlivesPressureAndAnUnpinnedOneDoesNot() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      Generation pin = prefill(engine, counting(0, 16), true, new Recorder());
      prefill(engine, counting(20, 16), false, new Recorder());
      engine.runUntilIdle();
      press(engine);
      assertThat(cached(engine, counting(0, 17))).isEqualTo(16);
      assertThat(cached(engine, counting(20, 17))).isZero();
      pin.cancel();
      assertThat(engine.step()).isFalse();
      assertThat(engine.stats().kvBlocksPinned()).isZero();
      press(engine);
      assertThat(cached(engine, counting(0, 17))).isZero();
    }
  }

  @Test
  void aPrefixThatIsAlreadyThereIsPinnedWithoutAStep() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      engine.submit(greedy(counting(0, 17), 1));
      engine.runUntilIdle();
      long steps = engine.stats().steps();
      Recorder recorder = new Recorder();
      prefill(engine, counting(0, 16), true, recorder);
      engine.step();
      assertThat(recorder.finished()).isEqualTo(ended(16, 16));
      assertThat(engine.stats().steps()).isEqualTo(steps);
      assertThat(engine.stats().kvBlocksUsed()).isEqualTo(4);
    }
  }

  @Test
  void pinsLeaveRoomForAWholeContext() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withKvBlocks(12))) {
      prefill(engine, counting(0, 12), true, new Recorder());
      Recorder second = new Recorder();
      assertThatThrownBy(() -> prefill(engine, counting(1, 8), true, second))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("prefix: 2 blocks to pin (expected: at most 1, as 3 of 4 are pinned)");
      Recorder whole = engine.submit(greedy(counting(40, 20), 12));
      engine.runUntilIdle();
      assertThat(whole.ids()).hasSize(12);
    }
  }

  @Test
  void aPrefixIsRefusedByName() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      assertThatThrownBy(() -> prefill(engine, counting(0, 3), true, new Recorder()))
          .hasMessage(
              "prefix: 3 tokens (expected: 4, a full block, to 31, context 32 less 1 to"
                  + " generate)");
      assertThatThrownBy(() -> prefill(engine, new int[] {1, 2, 3, 64}, true, new Recorder()))
          .hasMessage("prefix[3]: token 64 (expected: 0 to 63, the vocabulary)");
    }
  }

  @Test
  void aCancelledPinGivesBackWhatItReserved() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(1, 4))) {
      Recorder recorder = new Recorder();
      Generation pin = prefill(engine, counting(0, 20), true, recorder);
      engine.step();
      pin.cancel();
      engine.runUntilIdle();
      assertThat(recorder.finished().reason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(engine.stats().kvBlocksPinned()).isZero();
      assertThat(engine.stats().kvBlocksUsed()).isZero();
    }
  }

  /** Whoever follows the events knows at any time exactly what a snapshot would say. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theEventsAddUpToTheSnapshot(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      Set<BlockHash> known = new HashSet<>();
      long last = 0;
      for (int i = 0; i < 200; i++) {
        int[] prompt = random.ints(random.nextInt(1, 25), 0, 2).toArray();
        engine.submit(greedy(prompt, random.nextInt(1, 6)));
        engine.step();
        for (KvEvent event : engine.loop.kvEvents(last, 1000).orElseThrow()) {
          assertThat(event.number()).isEqualTo(++last);
          assertThat(event.stored() ? known.add(event.hash()) : known.remove(event.hash()))
              .as("seed %d, %s", seed, event)
              .isTrue();
        }
        KvSnapshot snapshot = snapshot(engine);
        assertThat(snapshot.last()).isEqualTo(last);
        assertThat(new HashSet<>(snapshot.hashes())).isEqualTo(known);
        assertThat(snapshot.hashes()).doesNotHaveDuplicates();
      }
      engine.runUntilIdle();
    }
  }

  @Test
  void aReaderWhoFellBehindIsTold() {
    KvEventLog log = new KvEventLog(3);
    for (int i = 1; i <= 5; i++) {
      log.stored(new BlockHash(i, i), null);
    }
    assertThat(log.read(1, 9)).isEmpty();
    assertThat(log.read(6, 9)).isEmpty();
    assertThat(log.read(5, 9)).contains(List.of());
    assertThat(log.read(2, 2).orElseThrow()).extracting(KvEvent::number).containsExactly(3L, 4L);
  }

  private KvSnapshot snapshot(SteppedEngine engine) {
    CompletableFuture<KvSnapshot> asked = engine.loop.kvSnapshot();
    engine.loop.answerSnapshots();
    return asked.join();
  }

  private static void press(SteppedEngine engine) {
    for (int i = 0; i < 4; i++) {
      engine.submit(greedy(counting(40 + i, 24), 8));
    }
    engine.runUntilIdle();
  }

  private static int cached(SteppedEngine engine, int[] prompt) {
    Recorder recorder = engine.submit(greedy(prompt, 1));
    engine.runUntilIdle();
    return recorder.finished().usage().cachedTokens();
  }

  private static Generation prefill(
      SteppedEngine engine, int[] prompt, boolean pinned, Recorder recorder) {
    return engine.loop.admission().prefill(new PrefillRequest(prompt, 0, "", pinned), recorder);
  }

  private static GenerationEvent.Finished ended(int prompt, int cached) {
    return new GenerationEvent.Finished(
        FinishReason.LENGTH, new GenerationEvent.Usage(prompt, cached, 0));
  }
}
