package io.tokenlane.gateway.translate;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A chat completion and what its parameters are called in the request that it was made of, so that
 * a node's refusal names what the client has sent.
 *
 * @param names of parameters other than messages; the first that fits counts
 * @param places of the chat's messages in the client's request
 */
record Translation(ObjectNode chat, List<Renaming> names, List<String> places) {
  private static final Pattern MESSAGE = Pattern.compile("messages\\[(\\d{1,9})].*");

  /** An error in OpenAI's shape, with the client's name of the parameter in place of the chat's. */
  JsonNode named(JsonNode openAi) {
    JsonNode param = openAi.path("error").path("param");
    String ours = param.asString("");
    String theirs = name(ours);
    if (!param.isString() || theirs.equals(ours)) {
      return openAi;
    }
    JsonNode copy = openAi.deepCopy();
    String message = Json.message(openAi.path("error"));
    ((ObjectNode) copy.path("error"))
        .put("param", theirs)
        .put(
            "message", message.replaceFirst(Pattern.quote(ours), Matcher.quoteReplacement(theirs)));
    return copy;
  }

  private String name(String ours) {
    Matcher message = MESSAGE.matcher(ours);
    int index = message.matches() ? Integer.parseInt(message.group(1)) : places.size();
    if (index < places.size()) {
      return places.get(index);
    }
    return names.stream().flatMap(name -> name.put(ours).stream()).findFirst().orElse(ours);
  }
}
