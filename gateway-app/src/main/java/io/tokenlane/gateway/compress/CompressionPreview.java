package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What compression would make of a chat: counts, each rule's savings, texts before and after. */
public final class CompressionPreview {
  private final CallCompressor compressor;
  private final Policies policies;
  private final Workers workers;

  CompressionPreview(CallCompressor compressor, Policies policies, Workers workers) {
    this.compressor = compressor;
    this.policies = policies;
    this.workers = workers;
  }

  /**
   * As {@code /tokenlane/compress}, each message with its text before.
   *
   * @param route whose policy holds; empty: the common one
   * @param body a chat's body, JSON
   * @return fails with an {@link IllegalArgumentException} where the body is no chat
   */
  public Mono<ObjectNode> of(String route, byte[] body) {
    return workers.run(() -> preview(route, parse(body)));
  }

  /** The same without the texts before. */
  ObjectNode report(String route, ObjectNode body) {
    return Reports.json(compressor.compress(body, policies.of(route).done()));
  }

  private static ObjectNode parse(byte[] body) {
    try {
      return CallParser.parse(CallKind.CHAT, body).body();
    } catch (CallParser.NotACallException broken) {
      throw new IllegalArgumentException(broken.getMessage(), broken);
    }
  }

  private ObjectNode preview(String route, ObjectNode body) {
    ObjectNode report = report(route, body);
    ArrayNode before = report.putArray("before");
    TextsOf.messages(body).forEach(before::add);
    return report;
  }
}
