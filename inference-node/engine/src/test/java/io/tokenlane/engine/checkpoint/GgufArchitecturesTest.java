package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.tensor.RopeStyle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Architectures whose GGUF files name or shape weights in their own way. */
final class GgufArchitecturesTest {
  private static final int F32 = 0;
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
        .number(name + ".block_count", 1)
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
