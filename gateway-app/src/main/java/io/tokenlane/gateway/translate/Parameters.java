package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.error.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameters of an interface. The table for clients is in docs/clients.md.
 *
 * @param translated what becomes part of the chat
 * @param ignored what the interface has and makes no difference here
 * @param refused what the interface has and cannot be done; each with what is expected in its place
 */
record Parameters(Set<String> translated, Set<String> ignored, Map<String, String> refused) {

  /**
   * Parameters of neither interface: what nodes know of chats beyond OpenAI's, and the sampling.
   */
  private static final List<String> OURS =
      List.of(
          "add_special_tokens",
          "cache_salt",
          "chat_template_kwargs",
          "frequency_penalty",
          "ignore_eos",
          "logit_bias",
          "min_p",
          "presence_penalty",
          "repetition_penalty",
          "seed",
          "tokenlane",
          "top_k");

  /** Refuses what is unknown or cannot be done; what is null is not given. */
  void check(ObjectNode theirs) {
    for (String name : theirs.propertyNames()) {
      Given value = Given.request(theirs).member(name);
      if (value.absent()) {
        continue;
      }
      if (refused.containsKey(name)) {
        throw value.refused(refused.getOrDefault(name, "none"));
      }
      if (!translated.contains(name) && !ignored.contains(name) && !OURS.contains(name)) {
        throw unknown(name);
      }
    }
  }

  /** Names it as the node does; what does not look like a name may be anything. */
  private static ApiException unknown(String name) {
    String shown = Given.isWord(name) ? name : "one that is no name";
    String message = "Unrecognized request argument supplied: " + shown;
    ApiException refusal = new ApiException(HttpStatus.BAD_REQUEST, "unknown_parameter", message);
    return Given.isWord(name) ? refusal.withParam(name) : refusal;
  }

  /** Copies what nodes know beside both interfaces. */
  static void copyOurs(ObjectNode theirs, ObjectNode chat) {
    OURS.forEach(name -> Json.copy(theirs, chat, name));
  }
}
