package io.tokenlane.gateway.call;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;
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

  /** The sampling temperature; empty where the body does not state one as a number. */
  public Optional<BigDecimal> temperature() {
    JsonNode temperature = body.path("temperature");
    return temperature.isNumber() ? Optional.of(temperature.decimalValue()) : Optional.empty();
  }
}
