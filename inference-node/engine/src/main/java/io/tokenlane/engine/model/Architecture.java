package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
  GLM("glm", Trait.INTERLEAVED),
  /** GLM-4 of April 2025: norms behind attention and feed-forward network too. */
  GLM4("glm4", Trait.INTERLEAVED, Trait.POST_NORMS),
  /** Phi-3 (Abdin et al. 2024). */
  PHI3("phi3"),
  /** SmolLM3 (Bakouch et al. 2025): every fourth layer does not turn. */
  SMOLLM3("smollm3", Trait.GGUF_INTERLEAVED),
  /** Gemma (Gemma Team 2024a). */
  GEMMA("gemma", Trait.SCALED_EMBEDDING, Trait.GAINS_FROM_ZERO, Trait.GELU),
  /** Gemma 2 (Gemma Team 2024b): soft caps, post-norms, a window in every other layer. */
  GEMMA2("gemma2", Trait.SCALED_EMBEDDING, Trait.GAINS_FROM_ZERO, Trait.GELU, Trait.POST_NORMS),
  /** Gemma 3's text model (Gemma Team 2025). */
  GEMMA3(
      "gemma3",
      Trait.SCALED_EMBEDDING,
      Trait.GAINS_FROM_ZERO,
      Trait.GELU,
      Trait.POST_NORMS,
      Trait.HEAD_NORM);

  /** Other names of the same. */
  private static final Map<String, Architecture> ALIASES =
      Map.of("gemma3_text", GEMMA3, "chatglm", GLM, "ministral", MISTRAL);

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
    /** Embeddings are multiplied by the root of their width. */
    SCALED_EMBEDDING(1 << 3),
    /** Gains of norms are kept less one; in GGUF files they are whole. */
    GAINS_FROM_ZERO(1 << 4),
    /** Neighbouring elements of a head turn together. */
    INTERLEAVED(1 << 5),
    /** So they do in GGUF files, whose converter reorders query and key rows. */
    GGUF_INTERLEAVED(1 << 6),
    /** Gates go through GELU. */
    GELU(1 << 7);

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

  /** What the gates of its feed-forward networks go through. */
  public Activation activation() {
    return has(Trait.GELU) ? Activation.GELU_TANH : Activation.SILU;
  }

  /** What embeddings of this width are multiplied by. */
  public float embeddingScale(int width) {
    return has(Trait.SCALED_EMBEDDING) ? (float) Math.sqrt(width) : 1;
  }

  /** What Hugging Face's checkpoints leave off the gains of norms. */
  public float huggingFaceGainOffset() {
    return has(Trait.GAINS_FROM_ZERO) ? 1 : 0;
  }

  /** Soft bound of attention's scores unless a checkpoint says otherwise; 0 for none. */
  public float attentionCap() {
    return this == GEMMA2 ? 50 : 0;
  }

  /** Soft bound of the logits unless a checkpoint says otherwise; 0 for none. */
  public float logitCap() {
    return this == GEMMA2 ? 30 : 0;
  }

  /** Whether attention keeps to a window, if a checkpoint names one. */
  public boolean usesWindow() {
    return switch (this) {
      case MISTRAL, PHI3, GEMMA2, GEMMA3 -> true;
      default -> false;
    };
  }

  /** The window where a checkpoint does not speak of it, in positions; 0 for none. */
  public int defaultWindow() {
    return switch (this) {
      case MISTRAL, GEMMA2, GEMMA3 -> 4096;
      default -> 0;
    };
  }

  /** Whether a layer's attention keeps to the window, where there is one. */
  public boolean slides(int layer) {
    return switch (this) {
      case GEMMA2 -> layer % 2 == 0;
      case GEMMA3 -> layer % 6 != 5;
      default -> true;
    };
  }

  /** Base of the rotary frequencies of layers with a window; 0 if it is the others'. */
  public float localTheta() {
    return this == GEMMA3 ? 10_000 : 0;
  }

  /** For each layer whether its heads do not turn; empty if all turn. */
  public List<Boolean> unturned(int layers) {
    return this == SMOLLM3
        ? IntStream.range(0, layers).mapToObj(layer -> layer % 4 == 3).toList()
        : List.of();
  }

  boolean has(Trait trait) {
    return (traits & trait.bit) != 0;
  }

  /** The architecture of that name, if it runs here. */
  public static Optional<Architecture> of(String id) {
    Architecture alias = ALIASES.get(id);
    return alias != null
        ? Optional.of(alias)
        : Arrays.stream(values()).filter(a -> a.id.equals(id)).findFirst();
  }

  /** All names, for messages. */
  public static String known() {
    return Arrays.stream(values()).map(Architecture::id).collect(Collectors.joining(", "));
  }
}
