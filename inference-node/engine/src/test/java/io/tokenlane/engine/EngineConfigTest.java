package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

final class EngineConfigTest {
  static final Arguments[] REFUSED = {
    refused(c -> c.withBlockSize(0), "block_size: 0 (expected: 1 to 1024)"),
    refused(c -> c.withKvBlocks(-1), "kv_blocks: -1 (expected: 0 to 16777216)"),
    refused(c -> c.withKvBytes(0), "kv_bytes: 0 (expected: 1 to 9223372036854775807)"),
    refused(c -> c.withBatch(0, 8), "max_batch_size: 0 (expected: 1 to 4096)"),
    refused(c -> c.withBatch(9, 8), "max_batch_tokens: 8 (expected: 9 to 1048576)"),
    refused(c -> c.withMaxWaiting(-1), "max_waiting: -1 (expected: 0 to 1048576)"),
  };

  @ParameterizedTest
  @FieldSource("REFUSED")
  void refusesByName(UnaryOperator<EngineConfig> change, String message) {
    assertThatThrownBy(() -> change.apply(EngineConfig.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void blocksAreNamedOrFillTheBytesOrWhatTheBatchCanUse() {
    ToyModel model = new ToyModel(100);
    EngineConfig config = EngineConfig.defaults().withBatch(2, 8);
    assertThat(blocks(config.withKvBlocks(5), model)).isEqualTo(5);
    assertThat(blocks(config.withKvBytes(16 * 8 * 3 + 1), model)).isEqualTo(3);
    assertThat(blocks(config, model)).isEqualTo(2 * 7);
    assertThatThrownBy(() -> blocks(config.withKvBytes(127), model))
        .hasMessage("kv_bytes: 127 (expected: at least 128, one block of 16 tokens)");
  }

  @Test
  void aContiguousBlockHoldsAWholeContext() {
    ToyModel model = new ToyModel(100);
    EngineConfig config =
        EngineConfig.defaults().withBatch(3, 8).withKvStrategy(KvStrategy.CONTIGUOUS);
    assertThat(config.kv().blockSizeFor(model)).isEqualTo(100);
    assertThat(blocks(config, model)).isEqualTo(3);
    assertThat(blocks(config.withKvBytes(100 * 8 * 2 + 1), model)).isEqualTo(2);
    assertThat(config.kv().shares()).isFalse();
    assertThatThrownBy(() -> blocks(config.withKvBytes(799), model))
        .hasMessage("kv_bytes: 799 (expected: at least 800, one block of 100 tokens)");
  }

  private static int blocks(EngineConfig config, ToyModel model) {
    return config.kv().blocksFor(model, config.maxBatchSize());
  }

  private static Arguments refused(UnaryOperator<EngineConfig> change, String message) {
    return Arguments.of(change, message);
  }
}
