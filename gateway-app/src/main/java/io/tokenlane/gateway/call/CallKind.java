package io.tokenlane.gateway.call;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of model calls, by the path of OpenAI's or Anthropic's interface. */
public enum CallKind {
  /** A chat completion. */
  CHAT("/v1/chat/completions", "chat", true),
  /** A text completion. */
  COMPLETION("/v1/completions", "text_completion", true),
  /** Embeddings. */
  EMBEDDING("/v1/embeddings", "embeddings", false),
  /** OpenAI's responses. */
  RESPONSE("/v1/responses", "chat", false),
  /** Anthropic's messages. */
  MESSAGE("/v1/messages", "chat", false);

  private final String path;
  private final String operation;
  private final boolean endsWithDone;

  CallKind(String path, String operation, boolean endsWithDone) {
    this.path = path;
    this.operation = operation;
    this.endsWithDone = endsWithDone;
  }

  /** The kind behind a request path; empty for everything else. */
  public static Optional<CallKind> ofPath(String path) {
    return Arrays.stream(values()).filter(kind -> kind.path.equals(path)).findFirst();
  }

  /** {@code gen_ai.operation.name} of OpenTelemetry's conventions. */
  public String operation() {
    return operation;
  }

  /** Whether a complete stream of this kind ends with {@code data: [DONE]}. */
  public boolean endsWithDone() {
    return endsWithDone;
  }
}
