package io.tokenlane.gateway.compress;

import io.tokenlane.compress.Compression;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tells what compression saves. */
final class Reports {
  private Reports() {}

  /** One line for a header: {@code dictionary=120, json-minify=40}; {@code none} for nothing. */
  static String line(CallCompressor.Outcome outcome) {
    return outcome.savings().isEmpty()
        ? "none"
        : outcome.savings().entrySet().stream()
            .map(saving -> saving.getKey() + "=" + saving.getValue())
            .collect(Collectors.joining(", "));
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
