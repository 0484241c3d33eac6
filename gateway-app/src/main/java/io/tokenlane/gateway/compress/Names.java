package io.tokenlane.gateway.compress;

import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Names given in a prompt, written out where an answer uses them. What is written out stays so. */
record Names(Map<Character, String> phrases) {
  /** The same as they stand inside strings of JSON. */
  Names inJson() {
    return new Names(
        phrases.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, name -> escaped(name.getValue()))));
  }

  private static String escaped(String phrase) {
    String json = JsonMapper.shared().writeValueAsString(phrase);
    return json.substring(1, json.length() - 1);
  }

  boolean areIn(String text) {
    return text.chars().anyMatch(c -> phrases.containsKey((char) c));
  }

  String writtenOut(String text) {
    if (!areIn(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      String phrase = phrases.get(text.charAt(i));
      if (phrase == null) {
        out.append(text.charAt(i));
      } else {
        out.append(phrase);
      }
    }
    return out.toString();
  }
}
