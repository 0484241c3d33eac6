package io.tokenlane.engine.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The decoder architectures that run, and in what they differ. */
public enum Architecture {
  /** Touvron et al. 2023; also Mistral's and others' checkpoints that call themselves so. */
  LLAMA("llama", Presence.OPTIONAL, Presence.ABSENT),
  /** Qwen2: bias on queries, keys and values. */
  QWEN2("qwen2", Presence.REQUIRED, Presence.ABSENT),
  /** Qwen3: norm over each query and key head. */
  QWEN3("qwen3", Presence.OPTIONAL, Presence.REQUIRED);

  private final String id;
  private final Presence attentionBias;
  private final Presence headNorm;

  Architecture(String id, Presence attentionBias, Presence headNorm) {
    this.id = id;
    this.attentionBias = attentionBias;
    this.headNorm = headNorm;
  }

  /** Whether an architecture has a weight. */
  enum Presence {
    ABSENT,
    OPTIONAL,
    REQUIRED
  }

  /** Its name in checkpoints, the same in GGUF files and Hugging Face's {@code model_type}. */
  public String id() {
    return id;
  }

  Presence attentionBias() {
    return attentionBias;
  }

  Presence headNorm() {
    return headNorm;
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
