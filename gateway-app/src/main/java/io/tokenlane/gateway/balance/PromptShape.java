package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Demand.Prompt;
import io.tokenlane.balance.strategy.RendezvousHash;
import io.tokenlane.gateway.call.InferenceCall;
import tools.jackson.databind.JsonNode;

/**
 * What balancing by prefix knows of a prompt without a tokenizer: four UTF-16 units count as a
 * token. The beginning is the first message where that is long (a system prompt that many calls
 * share), else the first two (the turns of one conversation); all but the last message may be in a
 * node's cache.
 */
final class PromptShape {
  private static final int UNITS_PER_TOKEN = 4;

  /** Tokens expected of an answer whose call sets no limit. */
  private static final int UNSTATED_OUTPUT = 256;

  private static final int LONG = 1_000;
  private static final int KEY_UNITS = 4_000;
  private static final PromptShape NONE = new PromptShape(Prompt.NONE, new long[] {});

  private final Prompt prompt;
  private final long[] beginnings;

  private PromptShape(Prompt prompt, long[] beginnings) {
    this.prompt = prompt;
    this.beginnings = beginnings;
  }

  Prompt prompt() {
    return prompt;
  }

  /**
   * Hashes of what the prompt begins with, by whole messages, shortest first; the last is all of
   * it. Not to be changed.
   */
  long[] beginnings() {
    return beginnings;
  }

  static PromptShape of(InferenceCall call) {
    JsonNode messages = call.body().path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      return ofText(call, call.body().path("prompt").asString(""));
    }
    String first = text(messages.get(0));
    String beginning =
        first.length() >= LONG || messages.size() < 2 ? first : first + text(messages.get(1));
    long[] beginnings = new long[messages.size()];
    long hash = RendezvousHash.hash(salt(call));
    int before = 0;
    int last = 0;
    for (int i = 0; i < beginnings.length; i++) {
      String text = text(messages.get(i));
      hash = chained(chained(hash, messages.get(i).path("role").asString("")), text);
      beginnings[i] = hash;
      before += last;
      last = text.length();
    }
    return new PromptShape(prompt(call, beginning, before, last), beginnings);
  }

  private static PromptShape ofText(InferenceCall call, String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    int shared = Math.min(KEY_UNITS, text.length() / 2);
    long hash = RendezvousHash.hash(salt(call));
    String beginning = text.substring(0, shared);
    long[] beginnings = {chained(hash, beginning), chained(hash, text)};
    return new PromptShape(prompt(call, beginning, shared, text.length() - shared), beginnings);
  }

  /** Prompts of different models, or of tenants kept apart, have no block in common. */
  private static String salt(InferenceCall call) {
    return call.model() + '\n' + call.body().path("cache_salt").asString("");
  }

  private static long chained(long before, String text) {
    return before * 0x9e3779b97f4a7c15L ^ RendezvousHash.hash(text);
  }

  private static Prompt prompt(InferenceCall call, String beginning, int before, int last) {
    String key = beginning.substring(0, Math.min(KEY_UNITS, beginning.length()));
    Prompt shape =
        Prompt.of(call.model() + '\n' + key, before / UNITS_PER_TOKEN, 1 + last / UNITS_PER_TOKEN);
    return shape.expecting(call.output(UNSTATED_OUTPUT));
  }

  private static String text(JsonNode message) {
    JsonNode content = message.path("content");
    if (content.isString()) {
      return content.asString("");
    }
    StringBuilder parts = new StringBuilder();
    for (JsonNode part : content) {
      parts.append(part.path("text").asString(""));
    }
    return parts.toString();
  }
}
