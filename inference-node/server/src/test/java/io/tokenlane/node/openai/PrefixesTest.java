package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.PrefillRequest;
import io.tokenlane.node.load.LoadProgress;
import io.tokenlane.node.load.LoadSettings;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelLoader;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Schedulers;

/** Whatever clients do, those prefixes are listed whose blocks are pinned. */
class PrefixesTest {
  private static final int BLOCKS = 2;

  private final LoadedModel model =
      new ModelLoader(
              new LoadSettings(
                  Optional.empty(),
                  null,
                  "scalar",
                  1,
                  false,
                  EngineConfig.defaults().withKvBytes(64 << 20)),
              Clock.systemUTC(),
              LoadProgress.SILENT)
          .load();
  private final Prefixes prefixes = new Prefixes(Clock.systemUTC(), Schedulers.immediate());

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void aKeptPrefixStaysPinnedThoughItsClientGoes() throws InterruptedException {
    CountDownLatch gone = new CountDownLatch(1);
    prefixes
        .register(prefix(0, true), model)
        .subscribe(
            new BaseSubscriber<>() {
              @Override
              protected void hookOnNext(Wire.Prefix prefix) {
                cancel();
                gone.countDown();
              }
            });
    gone.await();
    assertThat(prefixes.kept()).hasSize(1);
    assertThat(pinnedBlocks()).isEqualTo(BLOCKS);
    assertThat(prefixes.drop(prefixes.kept().getFirst().id())).isTrue();
    assertThat(prefixes.kept()).isEmpty();
    assertThat(pinnedBlocks()).isZero();
  }

  @Test
  void whatItsClientGaveUpIsNotKept() {
    for (int i = 0; i < 8; i++) {
      prefixes.register(prefix(i, true), model).subscribe().dispose();
    }
    assertThat(pinnedBlocks()).isEqualTo(BLOCKS * prefixes.kept().size());
  }

  /** Behind whatever was asked before. */
  private int pinnedBlocks() {
    prefixes.register(prefix(100, false), model).block();
    return model.engine().stats().kvBlocksPinned();
  }

  private static PrefillRequest prefix(int from, boolean pinned) {
    return new PrefillRequest(
        IntStream.range(from, from + BLOCKS * 16).map(id -> 3 + id).toArray(), 0, "", pinned);
  }
}
