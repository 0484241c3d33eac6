package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.telemetry.LineBytes.Name;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  public void render(LineBytes json) {
    json.begin();
    json.text(Names.AT, Stamps.of(at));
    json.text(Names.ID, id);
    json.text(Names.METHOD, method);
    json.text(Names.PATH, path);
    json.number(Names.STATUS, status);
    json.text(Names.OUTCOME, outcome);
    json.text(Names.CACHE, cache);
    json.text(Names.NODE, node);
    json.number(Names.ATTEMPTS, attempts);
    if (!model.isEmpty()) {
      json.text(Names.MODEL, model);
      json.truth(Names.STREAM, stream);
    }
    if (prompt != null) {
      json.number(Names.PROMPT_ORIGINAL, prompt.original());
      json.number(Names.PROMPT_SENT, prompt.sent());
    }
    if (usage != null) {
      json.number(Names.INPUT_TOKENS, usage.input());
      json.number(Names.CACHED_TOKENS, usage.cached());
      json.number(Names.OUTPUT_TOKENS, usage.output());
      json.truth(Names.ESTIMATED, !usage.exact());
    }
    json.number(Names.BYTES, bytes);
    json.millis(Names.FIRST_MS, firstByteNanos);
    json.millis(Names.TOTAL_MS, totalNanos);
    json.end();
  }

  private static final class Names {
    private static final Name AT = new Name("at");
    private static final Name ID = new Name("id");
    private static final Name METHOD = new Name("method");
    private static final Name PATH = new Name("path");
    private static final Name STATUS = new Name("status");
    private static final Name OUTCOME = new Name("outcome");
    private static final Name CACHE = new Name("cache");
    private static final Name NODE = new Name("node");
    private static final Name ATTEMPTS = new Name("attempts");
    private static final Name MODEL = new Name("model");
    private static final Name STREAM = new Name("stream");
    private static final Name PROMPT_ORIGINAL = new Name("prompt_original");
    private static final Name PROMPT_SENT = new Name("prompt_sent");
    private static final Name INPUT_TOKENS = new Name("input_tokens");
    private static final Name CACHED_TOKENS = new Name("cached_tokens");
    private static final Name OUTPUT_TOKENS = new Name("output_tokens");
    private static final Name ESTIMATED = new Name("estimated");
    private static final Name BYTES = new Name("bytes");
    private static final Name FIRST_MS = new Name("first_ms");
    private static final Name TOTAL_MS = new Name("total_ms");

    private Names() {}
  }
}
