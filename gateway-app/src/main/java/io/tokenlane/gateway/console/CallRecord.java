package io.tokenlane.gateway.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.prefetch.http.CacheStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One ended request, as the inspector shows it. Holds no body and no credential.
 *
 * @param decisions as JSON: as objects, the decisions of the latest requests are tens of thousands,
 *     which each collection of garbage copies while all requests stand still
 */
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
    String decisions) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LONGEST = 256;
  private static final String NONE = "[]";

  /** Moments on {@code System.nanoTime}; 0 where there was none. */
  record Times(long start, long leased, long firstByte, long end) {}

  /** A decision as it is shown. */
  private record Told(
      String stage,
      String verdict,
      String why,
      @JsonProperty("at_ms") double atMillis,
      Map<String, Object> facts) {}

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
        json(trail));
  }

  private static String json(Trail trail) {
    List<Decision> decisions = trail.decisions();
    if (decisions.isEmpty()) {
      return NONE;
    }
    List<Told> all = new ArrayList<>(decisions.size());
    for (Decision decision : decisions) {
      all.add(
          new Told(
              decision.stage(),
              decision.verdict(),
              decision.why(),
              millis(decision.atNanos() - trail.startNanos()),
              decision.facts()));
    }
    return JSON.writeValueAsString(all);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /** One line of the list. */
  ObjectNode line() {
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
    line.put("total_ms", since(times.end()));
    line.put("first_ms", since(times.firstByte() == 0 ? times.end() : times.firstByte()));
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
    JsonNode all = JSON.readTree(decisions);
    whole.set("decisions", all);
    whole.set("timing", timing(all));
    return whole;
  }

  /** The spans of the waterfall, in milliseconds from the start. */
  private ArrayNode timing(JsonNode all) {
    ArrayNode spans = JSON.createArrayNode();
    long gatewayEnd = times.leased() == 0 ? times.firstByte() : times.leased();
    double from = 0;
    for (JsonNode decision : all) {
      double at = decision.path("at_ms").asDouble();
      boolean early = gatewayEnd == 0 || at <= since(gatewayEnd);
      if (early && at >= from) {
        span(spans, decision.path("stage").asString(), from, at);
        from = at;
      }
    }
    if (times.leased() == 0) {
      span(spans, "gateway", from, since(times.firstByte() == 0 ? times.end() : times.firstByte()));
    } else {
      long first = times.firstByte() == 0 ? times.end() : times.firstByte();
      double leased = since(times.leased());
      span(spans, "node until first byte", leased, Math.max(leased, since(first)));
    }
    if (times.firstByte() != 0) {
      span(spans, "answer", since(times.firstByte()), since(times.end()));
    }
    return spans;
  }

  private static void span(ArrayNode spans, String name, double from, double to) {
    spans.addObject().put("name", name).put("from", from).put("to", to);
  }

  private double since(long nanos) {
    return millis(nanos - times.start());
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }
}
