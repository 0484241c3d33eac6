package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.Part;
import java.util.EnumMap;
import java.util.Map;

/** What each format calls the weights; {@code *} stands for the layer. */
final class TensorNames {
  static final TensorNames GGUF =
      new TensorNames(
          Map.ofEntries(
              Map.entry(Part.EMBEDDING, "token_embd.weight"),
              Map.entry(Part.FINAL_NORM, "output_norm.weight"),
              Map.entry(Part.HEAD, "output.weight"),
              Map.entry(Part.ROPE_FACTORS, "rope_freqs.weight"),
              Map.entry(Part.ATTENTION_NORM, "blk.*.attn_norm.weight"),
              Map.entry(Part.Q, "blk.*.attn_q.weight"),
              Map.entry(Part.K, "blk.*.attn_k.weight"),
              Map.entry(Part.V, "blk.*.attn_v.weight"),
              Map.entry(Part.Q_BIAS, "blk.*.attn_q.bias"),
              Map.entry(Part.K_BIAS, "blk.*.attn_k.bias"),
              Map.entry(Part.V_BIAS, "blk.*.attn_v.bias"),
              Map.entry(Part.Q_NORM, "blk.*.attn_q_norm.weight"),
              Map.entry(Part.K_NORM, "blk.*.attn_k_norm.weight"),
              Map.entry(Part.QKV, "blk.*.attn_qkv.weight"),
              Map.entry(Part.QKV_BIAS, "blk.*.attn_qkv.bias"),
              Map.entry(Part.O, "blk.*.attn_output.weight"),
              Map.entry(Part.O_BIAS, "blk.*.attn_output.bias"),
              Map.entry(Part.GATE_BIAS, "blk.*.ffn_gate.bias"),
              Map.entry(Part.UP_BIAS, "blk.*.ffn_up.bias"),
              Map.entry(Part.DOWN_BIAS, "blk.*.ffn_down.bias"),
              Map.entry(Part.ATTENTION_POST_NORM, "blk.*.post_attention_norm.weight"),
              Map.entry(Part.MLP_NORM, "blk.*.ffn_norm.weight"),
              Map.entry(Part.GATE, "blk.*.ffn_gate.weight"),
              Map.entry(Part.UP, "blk.*.ffn_up.weight"),
              Map.entry(Part.GATE_UP, "blk.*.ffn_up.weight"),
              Map.entry(Part.DOWN, "blk.*.ffn_down.weight"),
              Map.entry(Part.MLP_POST_NORM, "blk.*.post_ffw_norm.weight")));

  static final TensorNames HUGGING_FACE =
      new TensorNames(
          Map.ofEntries(
              Map.entry(Part.EMBEDDING, "model.embed_tokens.weight"),
              Map.entry(Part.FINAL_NORM, "model.norm.weight"),
              Map.entry(Part.HEAD, "lm_head.weight"),
              Map.entry(Part.ATTENTION_NORM, "model.layers.*.input_layernorm.weight"),
              Map.entry(Part.Q, "model.layers.*.self_attn.q_proj.weight"),
              Map.entry(Part.K, "model.layers.*.self_attn.k_proj.weight"),
              Map.entry(Part.V, "model.layers.*.self_attn.v_proj.weight"),
              Map.entry(Part.Q_BIAS, "model.layers.*.self_attn.q_proj.bias"),
              Map.entry(Part.K_BIAS, "model.layers.*.self_attn.k_proj.bias"),
              Map.entry(Part.V_BIAS, "model.layers.*.self_attn.v_proj.bias"),
              Map.entry(Part.Q_NORM, "model.layers.*.self_attn.q_norm.weight"),
              Map.entry(Part.K_NORM, "model.layers.*.self_attn.k_norm.weight"),
              Map.entry(Part.QKV, "model.layers.*.self_attn.qkv_proj.weight"),
              Map.entry(Part.QKV_BIAS, "model.layers.*.self_attn.qkv_proj.bias"),
              Map.entry(Part.O, "model.layers.*.self_attn.o_proj.weight"),
              Map.entry(Part.O_BIAS, "model.layers.*.self_attn.o_proj.bias"),
              Map.entry(Part.GATE_BIAS, "model.layers.*.mlp.gate_proj.bias"),
              Map.entry(Part.UP_BIAS, "model.layers.*.mlp.up_proj.bias"),
              Map.entry(Part.DOWN_BIAS, "model.layers.*.mlp.down_proj.bias"),
              Map.entry(Part.ATTENTION_POST_NORM, "model.layers.*.post_self_attn_layernorm.weight"),
              Map.entry(Part.MLP_NORM, "model.layers.*.post_attention_layernorm.weight"),
              Map.entry(Part.GATE, "model.layers.*.mlp.gate_proj.weight"),
              Map.entry(Part.UP, "model.layers.*.mlp.up_proj.weight"),
              Map.entry(Part.GATE_UP, "model.layers.*.mlp.gate_up_proj.weight"),
              Map.entry(Part.DOWN, "model.layers.*.mlp.down_proj.weight"),
              Map.entry(Part.MLP_POST_NORM, "model.layers.*.post_mlp_layernorm.weight")));

  /** Gemma calls the norms around its parts otherwise. */
  private static final TensorNames HUGGING_FACE_GEMMA =
      HUGGING_FACE.with(
          Map.of(
              Part.ATTENTION_POST_NORM, "model.layers.*.post_attention_layernorm.weight",
              Part.MLP_NORM, "model.layers.*.pre_feedforward_layernorm.weight",
              Part.MLP_POST_NORM, "model.layers.*.post_feedforward_layernorm.weight"));

  private final Map<Part, String> patterns;

  private TensorNames(Map<Part, String> patterns) {
    this.patterns = patterns;
  }

  static TensorNames huggingFace(ModelConfig config) {
    return switch (config.architecture()) {
      case "gemma2", "gemma3" -> HUGGING_FACE_GEMMA;
      default -> HUGGING_FACE;
    };
  }

  private TensorNames with(Map<Part, String> others) {
    Map<Part, String> all = new EnumMap<>(patterns);
    all.putAll(others);
    return new TensorNames(all);
  }

  /** The tensor's name in this format, or the part's own name where the format has none for it. */
  String of(Part part, int layer) {
    return patterns.getOrDefault(part, part.name()).replace("*", Integer.toString(layer));
  }

  /** The output head's tensor; a checkpoint without it ties the head to the embedding. */
  String output() {
    return of(Part.HEAD, 0);
  }
}
