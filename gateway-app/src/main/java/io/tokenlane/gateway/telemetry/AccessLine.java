package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * One request in the access log. Holds no body, query, field or credential, and no reference to the
 * exchange: lines may wait.
 *
 * @param model as the client named it, cut to 128 characters; empty where it is no model call
 */
record AccessLine(
    Instant at,
    String id,
    String method,
    String path,
    int status,
    String outcome,
    String cache,
    String node,
    int attempts,
    String model,
    boolean stream,
    @Nullable PromptTokens prompt,
    @Nullable Usage usage,
    long bytes,
    long firstByteNanos,
    long totalNanos)
    implements LineRing.Line {
  private static final int LONGEST_MODEL = 128;
  private static final int LONGEST_PATH = 1024;

  static AccessLine of(Ending ending, Instant at) {
    Trail trail = ending.trail();
    Optional<InferenceCall> call = trail.call();
    return new AccessLine(
        at,
        trail.requestId(),
        ending.method(),
        cut(ending.path(), LONGEST_PATH),
        ending.status(),
        ending.outcome(),
        ending.cache(),
        ending.node(),
        trail.attempts(),
        cut(call.map(InferenceCall::model).orElse(""), LONGEST_MODEL),
        call.map(InferenceCall::stream).orElse(false),
        trail.promptTokens().orElse(null),
        trail.usage().orElse(null),
        ending.bytes(),
        ending.firstByteAfterNanos(),
        ending.durationNanos());
  }

  static AccessLine of(PassedRequests.Passed passed, Instant at) {
    int query = passed.uri().indexOf('?');
    return new AccessLine(
        at,
        passed.id(),
        passed.method(),
        cut(query < 0 ? passed.uri() : passed.uri().substring(0, query), LONGEST_PATH),
        passed.status(),
        passed.outcome(),
        passed.cache(),
        passed.node(),
        passed.attempts(),
        "",
        false,
        null,
        null,
        passed.bytes(),
        passed.firstByteNanos(),
        passed.totalNanos());
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }

  @Override
  public void render(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("at", Stamps.of(at));
    json.writeStringProperty("id", id);
    json.writeStringProperty("method", method);
    json.writeStringProperty("path", path);
    json.writeNumberProperty("status", status);
    json.writeStringProperty("outcome", outcome);
    json.writeStringProperty("cache", cache);
    json.writeStringProperty("node", node);
    json.writeNumberProperty("attempts", attempts);
    if (!model.isEmpty()) {
      json.writeStringProperty("model", model);
      json.writeBooleanProperty("stream", stream);
    }
    if (prompt != null) {
      json.writeNumberProperty("prompt_original", prompt.original());
      json.writeNumberProperty("prompt_sent", prompt.sent());
    }
    if (usage != null) {
      json.writeNumberProperty("input_tokens", usage.input());
      json.writeNumberProperty("cached_tokens", usage.cached());
      json.writeNumberProperty("output_tokens", usage.output());
      json.writeBooleanProperty("estimated", !usage.exact());
    }
    json.writeNumberProperty("bytes", bytes);
    json.writeNumberProperty("first_ms", millis(firstByteNanos));
    json.writeNumberProperty("total_ms", millis(totalNanos));
    json.writeEndObject();
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }
}
