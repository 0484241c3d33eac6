package io.tokenlane.gateway.compress;

import io.tokenlane.compress.Compression;
import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.gateway.call.PromptTokens;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compresses the texts of a chat's messages, each on its own, so that longer chats stay prefixes.
 */
final class MessageCompressor {
  private final PromptCompressor compressor;
  private final TokenCounter counter;
  private final CompressionPolicy policy;
  private final Set<String> roles;

  MessageCompressor(
      PromptCompressor compressor,
      TokenCounter counter,
      CompressionPolicy policy,
      Set<String> roles) {
    this.compressor = compressor;
    this.counter = counter;
    this.policy = policy;
    this.roles = Set.copyOf(roles);
  }

  /**
   * What became of a body.
   *
   * @param body the body to send, null where the one that came is to be sent
   */
  record Outcome(@Nullable ObjectNode body, PromptTokens tokens) {}

  Outcome compress(ObjectNode body) {
    ObjectNode copy = body.deepCopy();
    Tally tally = new Tally();
    for (JsonNode message : copy.path("messages").values()) {
      if (message instanceof ObjectNode object) {
        boolean allowed = roles.contains(object.path("role").asString(""));
        texts(object, "content", allowed, tally);
      }
    }
    boolean saved = tally.sent < tally.original;
    return new Outcome(saved ? copy : null, new PromptTokens(tally.original, tally.sent));
  }

  private void texts(ObjectNode holder, String member, boolean allowed, Tally tally) {
    JsonNode content = holder.path(member);
    if (content.isString()) {
      holder.put(member, text(content.stringValue(), allowed, tally));
    } else if (content instanceof ArrayNode parts) {
      for (JsonNode part : parts.values()) {
        if (part instanceof ObjectNode object && object.path("text").isString()) {
          texts(object, "text", allowed, tally);
        }
      }
    }
  }

  private String text(String text, boolean allowed, Tally tally) {
    Compression compression = compressor.compress(text, allowed ? policy : CompressionPolicy.OFF);
    if (compression.tokensBefore() == 0) {
      tally.add(counter.count(text));
      return text;
    }
    tally.original += compression.tokensBefore();
    tally.sent += compression.tokensAfter();
    return compression.text();
  }

  private static final class Tally {
    private int original;
    private int sent;

    void add(int untouched) {
      original += untouched;
      sent += untouched;
    }
  }
}
