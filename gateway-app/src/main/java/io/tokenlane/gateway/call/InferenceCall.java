package io.tokenlane.gateway.call;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One model call, parsed once.
 *
 * @param kind which interface it came by
 * @param raw the body as it came, read-only
 * @param body the same as a tree; not to be changed, copy it first
 * @param ambiguous true where an object of the body names a key twice, so that two readers may
 *     understand it differently
 */
public record InferenceCall(CallKind kind, ByteBuffer raw, ObjectNode body, boolean ambiguous) {

  /** Tools that the client carries out itself, in OpenAI's and Anthropic's words. */
  private static final Set<String> CLIENTS_TOOLS = Set.of("function", "custom");

  private static final int MOST_ANSWERS = 128;
  private static final int MOST_TOKENS = Integer.MAX_VALUE / 2;

  /** Makes {@code raw} read-only. */
  public InferenceCall {
    raw = raw.asReadOnlyBuffer();
  }

  /** The model asked for; empty text where the body names none. */
  public String model() {
    return body.path("model").asString("");
  }

  /** Whether the answer is wanted as a stream of events. */
  public boolean stream() {
    return body.path("stream").asBoolean(false);
  }

  /**
   * Whether it changes nothing but what it is answered, so that it may be sent again: nothing is
   * asked to be stored, and no tool is the server's own.
   */
  public boolean onlyAsks() {
    if (kind == CallKind.RESPONSE || body.path("store").asBoolean(false)) {
      return false;
    }
    for (JsonNode tool : body.path("tools")) {
      if (!CLIENTS_TOOLS.contains(tool.path("type").asString("function"))) {
        return false;
      }
    }
    return true;
  }

  /** The sampling temperature; empty where the body does not state one as a number. */
  public Optional<BigDecimal> temperature() {
    JsonNode temperature = body.path("temperature");
    return temperature.isNumber() ? Optional.of(temperature.decimalValue()) : Optional.empty();
  }

  /**
   * Tokens of the answer that the call allows at most, of all its choices together.
   *
   * @param unstated what is expected where it states no limit
   */
  public int output(int unstated) {
    return switch (kind) {
      case EMBEDDING -> 0;
      case CHAT, COMPLETION, RESPONSE, MESSAGE -> stated(unstated);
    };
  }

  private int stated(int unstated) {
    long each = unstated;
    for (String field : new String[] {"max_completion_tokens", "max_tokens", "max_output_tokens"}) {
      if (body.path(field).canConvertToLong()) {
        each = Math.max(0, body.path(field).asLong());
        break;
      }
    }
    long answers = Math.clamp(body.path("n").asLong(1), 1, MOST_ANSWERS);
    return Math.clamp(Math.min(each, MOST_TOKENS) * answers, 0, MOST_TOKENS);
  }
}
