package io.tokenlane.gateway.compress;

import io.tokenlane.compress.Compression;
import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.Trail;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tells what compression saves. */
final class Reports {
  private static final int LONGEST_TEXT = 16_384;

  private Reports() {}

  /** One line for a header: {@code dictionary=120, json-minify=40}; {@code none} for nothing. */
  static String line(CallCompressor.Outcome outcome) {
    return outcome.savings().isEmpty()
        ? "none"
        : outcome.savings().entrySet().stream()
            .map(saving -> saving.getKey() + "=" + saving.getValue())
            .collect(Collectors.joining(", "));
  }

  /** For people who ask what was compressed; with texts only where the trail keeps them. */
  static Decision decision(
      CallCompressor.Outcome outcome, ObjectNode before, ServerWebExchange exchange) {
    int saved = outcome.tokens().original() - outcome.tokens().sent();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("original", outcome.tokens().original());
    facts.put("sent", outcome.tokens().sent());
    facts.put("saved", outcome.savings());
    if (Trail.of(exchange).attention() == Attention.TEXTS) {
      facts.put("before", cut(TextsOf.messages(before)));
      facts.put("after", cut(outcome.messages().stream().map(Compression::text).toList()));
    }
    return new Decision(
        "compress",
        saved > 0 ? "shorter" : "unchanged",
        saved > 0 ? saved + " tokens saved" : "no rule saved a token here",
        facts,
        System.nanoTime());
  }

  private static String cut(List<String> texts) {
    String whole = String.join("\n\n", texts);
    return whole.length() <= LONGEST_TEXT ? whole : whole.substring(0, LONGEST_TEXT);
  }

  /** Everything, texts included. */
  static ObjectNode json(CallCompressor.Outcome outcome) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("original", outcome.tokens().original());
    report.put("sent", outcome.tokens().sent());
    ObjectNode rules = report.putObject("saved");
    outcome.savings().forEach(rules::put);
    ArrayNode messages = report.putArray("messages");
    for (Compression message : outcome.messages()) {
      messages
          .addObject()
          .put("original", message.tokensBefore())
          .put("sent", message.tokensAfter())
          .put("style_tag", message.tag().toString())
          .put("sidecar_bytes", message.sidecar().size())
          .put("text", message.text());
    }
    return report;
  }
}
