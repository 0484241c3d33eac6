package io.tokenlane.gateway.console;

import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.prefetch.http.CacheStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One ended request, as the inspector shows it. Holds no body and no credential. */
record CallRecord(
    Instant at,
    String id,
    String who,
    String method,
    String path,
    String model,
    int status,
    String outcome,
    String cache,
    String cacheStatus,
    String node,
    int attempts,
    @Nullable PromptTokens prompt,
    @Nullable Usage usage,
    long bytes,
    Times times,
    List<Decision> decisions) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LONGEST = 256;

  /** Moments on {@code System.nanoTime}; 0 where there was none. */
  record Times(long start, long leased, long firstByte, long end) {}

  static CallRecord of(Ending ending, Instant at) {
    Trail trail = ending.trail();
    return new CallRecord(
        at,
        trail.requestId(),
        trail.principal().map(p -> p.id()).orElse("-"),
        ending.method(),
        cut(ending.path()),
        cut(trail.call().map(InferenceCall::model).orElse("")),
        ending.status(),
        ending.outcome(),
        ending.cache(),
        trail.cacheStatus().orElse(CacheStatus.NOT_ASKED).render(),
        ending.node(),
        trail.attempts(),
        trail.promptTokens().orElse(null),
        trail.usage().orElse(null),
        ending.bytes(),
        new Times(
            trail.startNanos(), trail.leasedNanos(), trail.firstByteNanos(), ending.endNanos()),
        trail.decisions());
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  private static final List<String> ONLY_IN_WHOLE =
      List.of("who", "cache_status", "attempts", "bytes", "decisions", "timing");

  /** One line of the list: what of all of it stands there. */
  static ObjectNode lineOf(ObjectNode whole) {
    return whole.remove(ONLY_IN_WHOLE);
  }

  private ObjectNode line() {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", at.toEpochMilli());
    line.put("id", id);
    line.put("method", method);
    line.put("path", path);
    line.put("model", model);
    line.put("status", status);
    line.put("outcome", outcome);
    line.put("cache", cache);
    line.put("node", node);
    line.put("total_ms", millis(times.end()));
    line.put("first_ms", millis(times.firstByte() == 0 ? times.end() : times.firstByte()));
    if (prompt != null) {
      line.put("prompt_original", prompt.original()).put("prompt_sent", prompt.sent());
    }
    if (usage != null) {
      line.put("input_tokens", usage.input());
      line.put("cached_tokens", usage.cached());
      line.put("output_tokens", usage.output());
    }
    return line;
  }

  /** Everything. */
  ObjectNode whole() {
    ObjectNode whole = line();
    whole.put("who", who);
    whole.put("cache_status", cacheStatus);
    whole.put("attempts", attempts);
    whole.put("bytes", bytes);
    ArrayNode all = whole.putArray("decisions");
    for (Decision decision : decisions) {
      all.addObject()
          .put("stage", decision.stage())
          .put("verdict", decision.verdict())
          .put("why", decision.why())
          .put("at_ms", millis(decision.atNanos()))
          .set("facts", JSON.<JsonNode>valueToTree(decision.facts()));
    }
    whole.set("timing", timing());
    return whole;
  }

  /** The spans of the waterfall, in milliseconds from the start. */
  private ArrayNode timing() {
    ArrayNode spans = JSON.createArrayNode();
    long gatewayEnd = times.leased() == 0 ? times.firstByte() : times.leased();
    long from = times.start();
    for (Decision decision : decisions) {
      boolean early = gatewayEnd == 0 || decision.atNanos() <= gatewayEnd;
      if (early && decision.atNanos() >= from) {
        span(spans, decision.stage(), from, decision.atNanos());
        from = decision.atNanos();
      }
    }
    if (times.leased() == 0) {
      span(spans, "gateway", from, times.firstByte() == 0 ? times.end() : times.firstByte());
    } else {
      long first = times.firstByte() == 0 ? times.end() : times.firstByte();
      span(spans, "node until first byte", times.leased(), Math.max(times.leased(), first));
    }
    if (times.firstByte() != 0) {
      span(spans, "answer", times.firstByte(), times.end());
    }
    return spans;
  }

  private void span(ArrayNode spans, String name, long from, long to) {
    spans.addObject().put("name", name).put("from", millis(from)).put("to", millis(to));
  }

  private double millis(long nanos) {
    return Math.round((nanos - times.start()) / 1e4) / 100.0;
  }
}
