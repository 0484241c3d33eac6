package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Demand.Prompt;
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
  private static final int LONG = 1_000;
  private static final int KEY_UNITS = 4_000;

  private PromptShape() {}

  static Prompt of(InferenceCall call) {
    JsonNode messages = call.body().path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      return ofText(call.body().path("prompt").asString(""));
    }
    String first = text(messages.get(0));
    String beginning =
        first.length() >= LONG || messages.size() < 2 ? first : first + text(messages.get(1));
    int before = 0;
    for (int i = 0; i < messages.size() - 1; i++) {
      before += text(messages.get(i)).length();
    }
    int last = text(messages.get(messages.size() - 1)).length();
    return shape(beginning, call.model(), before, last);
  }

  private static Prompt ofText(String prompt) {
    int shared = Math.min(KEY_UNITS, prompt.length() / 2);
    return prompt.isEmpty()
        ? Prompt.NONE
        : shape(prompt.substring(0, shared), "", shared, prompt.length() - shared);
  }

  private static Prompt shape(String beginning, String model, int before, int last) {
    String key = beginning.substring(0, Math.min(KEY_UNITS, beginning.length()));
    return Prompt.of(model + '\n' + key, before / UNITS_PER_TOKEN, 1 + last / UNITS_PER_TOKEN);
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
