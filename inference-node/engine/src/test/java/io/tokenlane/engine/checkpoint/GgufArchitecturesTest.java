package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.tensor.RopeStyle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Architectures whose GGUF files name or shape weights in their own way. */
final class GgufArchitecturesTest {
  private static final int F32 = 0;
  private static final int INT32 = 5;
  private static final int BOOL = 7;
  private static final int ARRAY = 9;
  private static final int HIDDEN = 64;
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 32;
  private static final int INTERMEDIATE = 48;
  private static final int VOCABULARY = 9;

  private final GgufBuilder file = new GgufBuilder();
  private int offset;

  @Test
  void glm4HasFusedGatesPostNormsAndHeadsThatTurnInPart() {
    architecture("glm4").number("glm4.rope.dimension_count", HEAD_DIM / 2);
    tensor("blk.0.attn_q.weight", HIDDEN, HEADS * HEAD_DIM);
    tensor("blk.0.attn_k.weight", HIDDEN, HEAD_DIM);
    tensor("blk.0.attn_v.weight", HIDDEN, HEAD_DIM);
    tensor("blk.0.attn_q.bias", HEADS * HEAD_DIM);
    tensor("blk.0.attn_k.bias", HEAD_DIM);
    tensor("blk.0.attn_v.bias", HEAD_DIM);
    tensor("blk.0.post_attention_norm.weight", HIDDEN);
    tensor("blk.0.post_ffw_norm.weight", HIDDEN);
    Checkpoint.Contents contents = loaded();
    assertThat(contents.config().ropeStyle()).isEqualTo(RopeStyle.INTERLEAVED);
    assertThat(contents.config().rotaryDim()).isEqualTo(HEAD_DIM / 2);
  }

  @Test
  void phi3HasFusedGatesAndAttention() {
    architecture("phi3");
    tensor("blk.0.attn_qkv.weight", HIDDEN, (HEADS + 2) * HEAD_DIM);
    assertThat(loaded().config().ropeStyle()).isEqualTo(RopeStyle.HALF_SPLIT);
  }

  @Test
  void phi3IsServedUpToWhereItsFactorsForLongContextsBegin() {
    architecture("phi3").number("phi3.rope.scaling.original_context_length", 64);
    tensor("blk.0.attn_qkv.weight", HIDDEN, (HEADS + 2) * HEAD_DIM);
    tensor("rope_factors_long.weight", HEAD_DIM / 2);
    tensor("rope_factors_short.weight", HEAD_DIM / 2);
    assertThat(loaded().config().contextLength()).isEqualTo(64);
  }

  @Test
  void gemma2WithoutAWordOnItsWindowHasItsOwn() {
    assertThat(windows("gemma2", 3)).containsExactly(4096, 0, 4096);
  }

  @Test
  void gemma3WithoutAWordOnItsWindowHasNone() {
    assertThat(windows("gemma3", 3)).isEmpty();
  }

  @Test
  void aFileCanSayInWhatPatternLayersSlide() {
    file.number("gemma3.attention.sliding_window", 16);
    file.number("gemma3.attention.sliding_window_pattern", 3);
    assertThat(windows("gemma3", 7)).containsExactly(16, 16, 0, 16, 16, 0, 16);
  }

  @Test
  void aFileCanSayWhichLayersSlide() {
    file.number("gemma3.attention.sliding_window", 16);
    file.raw("gemma3.attention.sliding_window_pattern", ARRAY, flags(true, false, true));
    assertThat(windows("gemma3", 3)).containsExactly(16, 0, 16);
  }

  @Test
  void aPatternForOtherLayersIsRefused() {
    file.number("gemma3.attention.sliding_window", 16);
    file.raw("gemma3.attention.sliding_window_pattern", ARRAY, flags(true, false));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> windows("gemma3", 3))
        .withMessage(
            "file: gemma3.attention.sliding_window_pattern: 2 flags (expected: one for each of the"
                + " layers)");
  }

  @Test
  void aPatternThatIsNoPeriodIsRefused() {
    file.number("gemma3.attention.sliding_window", 16);
    file.raw("gemma3.attention.sliding_window_pattern", INT32, new byte[] {-1, -1, -1, -1});
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> windows("gemma3", 3))
        .withMessage("file: gemma3.attention.sliding_window_pattern: -1 (expected: 0 or more)");
  }

  private List<Integer> windows(String architecture, int layers) {
    architecture(architecture, layers);
    return GgufCheckpoint.read("file", file.data(ones(offset)).build())
        .config()
        .formulas()
        .windows();
  }

  /** An array of booleans as GGUF has it. */
  private static byte[] flags(boolean... flags) {
    ByteBuffer array = ByteBuffer.allocate(12 + flags.length).order(ByteOrder.LITTLE_ENDIAN);
    array.putInt(BOOL).putLong(flags.length);
    for (boolean flag : flags) {
      array.put((byte) (flag ? 1 : 0));
    }
    return array.array();
  }

  private Checkpoint.Contents loaded() {
    Checkpoint.Contents contents = GgufCheckpoint.read("file", file.data(ones(offset)).build());
    try (Backend backend = Backends.select("scalar", new BackendOptions(1)).backend()) {
      Models.load(contents.config(), contents.weights(), backend, 1).close();
    }
    return contents;
  }

  private static byte[] ones(int bytes) {
    ByteBuffer ones = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (ones.hasRemaining()) {
      ones.putFloat(1);
    }
    return ones.array();
  }

  /** One layer's shapes, and the weights that all architectures have. */
  private GgufBuilder architecture(String name) {
    return architecture(name, 1);
  }

  private GgufBuilder architecture(String name, int layers) {
    tensor("token_embd.weight", HIDDEN, VOCABULARY);
    tensor("output_norm.weight", HIDDEN);
    tensor("blk.0.attn_norm.weight", HIDDEN);
    tensor("blk.0.attn_output.weight", HEADS * HEAD_DIM, HIDDEN);
    tensor("blk.0.ffn_norm.weight", HIDDEN);
    tensor("blk.0.ffn_up.weight", HIDDEN, 2 * INTERMEDIATE);
    tensor("blk.0.ffn_down.weight", INTERMEDIATE, HIDDEN);
    return file.text("general.architecture", name)
        .number(name + ".embedding_length", HIDDEN)
        .number(name + ".context_length", 128)
        .number(name + ".feed_forward_length", INTERMEDIATE)
        .number(name + ".block_count", layers)
        .number(name + ".attention.head_count", HEADS)
        .number(name + ".attention.head_count_kv", 1)
        .number(name + ".attention.key_length", HEAD_DIM);
  }

  private void tensor(String name, long... dimensions) {
    file.tensor(name, F32, offset, dimensions);
    long elements = 1;
    for (long dimension : dimensions) {
      elements *= dimension;
    }
    offset += Math.toIntExact(elements * Float.BYTES + 31 & -32);
  }
}
