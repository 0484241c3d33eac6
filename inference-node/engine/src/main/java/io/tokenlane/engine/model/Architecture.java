package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The decoder architectures that run, and in what they differ. */
public enum Architecture {
  /** Touvron et al. 2023; also others' checkpoints that call themselves so. */
  LLAMA("llama", Trait.GGUF_INTERLEAVED),
  /** Mistral (Jiang et al. 2023) as Hugging Face has it; GGUF files of it say llama. */
  MISTRAL("mistral", Trait.GGUF_INTERLEAVED),
  /** Qwen2: bias on queries, keys and values. */
  QWEN2("qwen2", Trait.ATTENTION_BIAS),
  /** Qwen3: norm over each query and key head. */
  QWEN3("qwen3", Trait.HEAD_NORM),
  /** GLM-4 (Zeng et al. 2024) in the conversion to Hugging Face's own layers. */
  GLM("glm", Trait.INTERLEAVED, Trait.FUSED_GATE_UP),
  /** GLM-4 of April 2025: norms behind attention and feed-forward network too. */
  GLM4("glm4", Trait.INTERLEAVED, Trait.FUSED_GATE_UP, Trait.POST_NORMS),
  /** Phi-3 (Abdin et al. 2024). */
  PHI3("phi3", Trait.FUSED_QKV, Trait.FUSED_GATE_UP);

  private final String id;

  /** A bit for each trait: enums hold nothing that could change. */
  private final int traits;

  Architecture(String id, Trait... traits) {
    this.id = id;
    this.traits = Arrays.stream(traits).mapToInt(trait -> trait.bit).sum();
  }

  /** What an architecture may have beyond Llama's layers. */
  enum Trait {
    /** Queries, keys and values have a bias; without it, they may have one. */
    ATTENTION_BIAS(1),
    /** Query and key heads are normed. */
    HEAD_NORM(1 << 1),
    /** What attention and feed-forward network give is normed before it is added. */
    POST_NORMS(1 << 2),
    /** Query, key and value weights are one tensor. */
    FUSED_QKV(1 << 3),
    /** Gate and up weights are one tensor. */
    FUSED_GATE_UP(1 << 4),
    /** Neighbouring elements of a head turn together. */
    INTERLEAVED(1 << 5),
    /** So they do in GGUF files, whose converter reorders query and key rows. */
    GGUF_INTERLEAVED(1 << 6);

    private final int bit;

    Trait(int bit) {
      this.bit = bit;
    }
  }

  /** Its name in checkpoints, the same in GGUF files and Hugging Face's {@code model_type}. */
  public String id() {
    return id;
  }

  /** Which elements of a head turn together in Hugging Face's checkpoints. */
  public RopeStyle huggingFaceRope() {
    return has(Trait.INTERLEAVED) ? RopeStyle.INTERLEAVED : RopeStyle.HALF_SPLIT;
  }

  /** Which elements of a head turn together in GGUF files. */
  public RopeStyle ggufRope() {
    return has(Trait.GGUF_INTERLEAVED) ? RopeStyle.INTERLEAVED : huggingFaceRope();
  }

  boolean has(Trait trait) {
    return (traits & trait.bit) != 0;
  }

  /** The architecture of that name, if it runs here. */
  public static Optional<Architecture> of(String id) {
    return Arrays.stream(values()).filter(a -> a.id.equals(id)).findFirst();
  }

  /** All names, for messages. */
  public static String known() {
    return Arrays.stream(values()).map(Architecture::id).collect(Collectors.joining(", "));
  }
}
