package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.NamedWeights;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes a reference model as llama.cpp's converter would: its names, row order and constants. */
public final class ReferenceGguf {
  private static final int F32 = 0;

  /** What only config.json can say: a window in some layers, by no rule of the architecture. */
  private static final Set<String> NOT_EXPRESSIBLE =
      Set.of("qwen2-window-above", "qwen3-yarn-window", "smollm3-window");

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("model.embed_tokens", "token_embd"),
          Map.entry("model.norm", "output_norm"),
          Map.entry("lm_head", "output"),
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.qkv_proj", "attn_qkv"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.gate_up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"),
          Map.entry("post_self_attn_layernorm", "post_attention_norm"),
          Map.entry("post_mlp_layernorm", "post_ffw_norm"),
          Map.entry("pre_feedforward_layernorm", "ffn_norm"),
          Map.entry("post_feedforward_layernorm", "post_ffw_norm"));

  private final JsonNode config;
  private final String type;
  private final String architecture;
  private final int headDim;
  private final GgufBuilder file = new GgufBuilder();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  private ReferenceGguf(JsonNode config) {
    this.config = config;
    type = config.get("model_type").stringValue();
    architecture =
        switch (type) {
          case "mistral" -> "llama";
          case "gemma3_text" -> "gemma3";
          case "glm" -> "chatglm";
          default -> type;
        };
    headDim =
        config.path("head_dim").asInt(integer("hidden_size") / integer("num_attention_heads"));
  }

  /** Whether a reference model can be written so. */
  public static boolean expresses(String name) {
    return !NOT_EXPRESSIBLE.contains(name);
  }

  /** The file's bytes. */
  public static byte[] of(Path reference) {
    JsonMapper json = JsonMapper.shared();
    ReferenceGguf gguf =
        new ReferenceGguf(json.readTree(reference.resolve("config.json").toFile()));
    JsonNode golden = json.readTree(reference.resolve("golden.json").toFile());
    gguf.shapes();
    gguf.rope(gguf.config.get("rope_parameters"));
    for (Map.Entry<String, JsonNode> tensor : golden.get("shapes").properties()) {
      gguf.tensor(
          tensor.getKey(), tensor.getValue().valueStream().mapToInt(JsonNode::intValue).toArray());
    }
    return gguf.file.data(gguf.data.toByteArray()).build().toArray(ValueLayout.JAVA_BYTE);
  }

  private int integer(String field) {
    return config.get(field).intValue();
  }

  private void shapes() {
    file.text("general.architecture", architecture);
    Map<String, String> fields = new HashMap<>();
    fields.put("context_length", "max_position_embeddings");
    fields.put("embedding_length", "hidden_size");
    fields.put("feed_forward_length", "intermediate_size");
    fields.put("block_count", "num_hidden_layers");
    fields.put("attention.head_count", "num_attention_heads");
    fields.put("attention.head_count_kv", "num_key_value_heads");
    fields.put("attention.sliding_window", "sliding_window");
    fields.forEach(
        (key, field) -> {
          if (config.path(field).isNumber()) {
            file.number(architecture + "." + key, integer(field));
          }
        });
    file.number(architecture + ".attention.key_length", headDim);
    file.number(architecture + ".attention.value_length", headDim);
    real("attention.layer_norm_rms_epsilon", config.get("rms_norm_eps"));
    real("attn_logit_softcapping", config.path("attn_logit_softcapping"));
    real("final_logit_softcapping", config.path("final_logit_softcapping"));
    if (architecture.equals("gemma2") && config.get("final_logit_softcapping").isNull()) {
      file.real("gemma2.attn_logit_softcapping", 0).real("gemma2.final_logit_softcapping", 0);
    }
    JsonNode scalar = config.path("query_pre_attn_scalar");
    if (scalar.isNumber()) {
      file.real(architecture + ".attention.scale", 1 / Math.sqrt(scalar.doubleValue()));
    }
  }

  private void real(String key, JsonNode value) {
    if (value.isNumber()) {
      file.real(architecture + "." + key, value.doubleValue());
    }
  }

  private void rope(JsonNode given) {
    JsonNode rope = given.has("full_attention") ? given.get("full_attention") : given;
    int dimensions = (int) (headDim * rope.path("partial_rotary_factor").asDouble(1));
    file.number(architecture + ".rope.dimension_count", dimensions);
    real("rope.freq_base", rope.get("rope_theta"));
    switch (rope.get("rope_type").stringValue()) {
      case "linear", "yarn" -> {
        file.text(architecture + ".rope.scaling.type", rope.get("rope_type").stringValue());
        real("rope.scaling.factor", rope.get("factor"));
        originalContext(rope);
      }
      case "llama3" -> add("rope_freqs.weight", llama3(rope, dimensions), dimensions / 2);
      case "longrope" -> {
        originalContext(rope);
        double original = rope.get("original_max_position_embeddings").doubleValue();
        double factor = integer("max_position_embeddings") / original;
        file.real(
            architecture + ".rope.scaling.attn_factor",
            Math.sqrt(1 + Math.log(factor) / Math.log(original)));
        add("rope_factors_long.weight", floats(rope.get("long_factor")), dimensions / 2);
        add("rope_factors_short.weight", floats(rope.get("short_factor")), dimensions / 2);
      }
      default -> {}
    }
  }

  private void originalContext(JsonNode rope) {
    if (rope.has("original_max_position_embeddings")) {
      file.number(
          architecture + ".rope.scaling.original_context_length",
          rope.get("original_max_position_embeddings").intValue());
    }
  }

  /** What the converter makes of Llama 3.1's scaling: a divisor for each pair. */
  private static float[] llama3(JsonNode rope, int dimensions) {
    float[] factors = new float[dimensions / 2];
    for (int i = 0; i < factors.length; i++) {
      double frequency = Math.pow(rope.get("rope_theta").doubleValue(), -2.0 * i / dimensions);
      double context = rope.get("original_max_position_embeddings").doubleValue();
      double low = rope.get("low_freq_factor").doubleValue();
      double high = rope.get("high_freq_factor").doubleValue();
      double turns = context * frequency / (2 * Math.PI);
      double smooth = Math.clamp((turns - low) / (high - low), 0.0, 1.0);
      factors[i] = (float) (1 / ((1 - smooth) / rope.get("factor").doubleValue() + smooth));
    }
    return factors;
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }

  private void tensor(String name, int[] shape) {
    float[] values = NamedWeights.values(name, shape);
    boolean interleaved = architecture.equals("llama") || architecture.equals("smollm3");
    if (interleaved && name.contains("self_attn.q_proj")) {
      values = interleaved(values, integer("num_attention_heads"));
    } else if (interleaved && name.contains("self_attn.k_proj")) {
      values = interleaved(values, integer("num_key_value_heads"));
    }
    if (architecture.startsWith("gemma") && name.endsWith("norm.weight")) {
      for (int i = 0; i < values.length; i++) {
        values[i] += 1;
      }
    }
    add(name(name), values, shape);
  }

  /** Pairs of rows that turn together moved beside each other. */
  private float[] interleaved(float[] values, int heads) {
    float[] moved = new float[values.length];
    int width = values.length / (heads * headDim);
    int half = headDim / 2;
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < headDim; i++) {
        int source = head * headDim + i;
        int target = head * headDim + 2 * (i % half) + i / half;
        System.arraycopy(values, source * width, moved, target * width, width);
      }
    }
    return moved;
  }

  private String name(String name) {
    int dot = name.lastIndexOf('.');
    String stem = name.substring(0, dot);
    String prefix = "";
    if (stem.startsWith("model.layers.")) {
      String[] parts = stem.split("\\.", 4);
      prefix = "blk." + parts[2] + ".";
      stem = parts[3];
    }
    boolean gemma = architecture.equals("gemma2") || architecture.equals("gemma3");
    String mapped =
        stem.equals("post_attention_layernorm")
            ? gemma ? "post_attention_norm" : "ffn_norm"
            : NAMES.getOrDefault(stem, stem);
    return prefix + mapped + name.substring(dot);
  }

  private void add(String name, float[] values, int... shape) {
    long[] innermostFirst = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      innermostFirst[i] = shape[shape.length - 1 - i];
    }
    file.tensor(name, F32, data.size(), innermostFirst);
    data.writeBytes(NamedWeights.littleEndian(values));
    data.writeBytes(new byte[-data.size() & 31]);
  }
}
