package io.tokenlane.gateway.compress;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names given in a prompt, written out where an answer uses them. What is written out stays so.
 *
 * @param phrases what each stands for
 * @param scripts those that names are letters of
 */
record Names(Map<Character, String> phrases, Set<UnicodeScript> scripts) {
  private static final char FIRST_OTHER = 0x80;
  private static final Set<UnicodeScript> OF_NO_TEXT =
      EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED, UnicodeScript.UNKNOWN);

  Names(Map<Character, String> phrases) {
    this(
        phrases,
        phrases.keySet().stream()
            .map(Names::script)
            .filter(script -> script != UnicodeScript.COMMON)
            .collect(Collectors.toUnmodifiableSet()));
  }

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

  boolean has(char letter) {
    return phrases.containsKey(letter);
  }

  /** That of a letter; {@code COMMON} for signs that texts of any script may hold. */
  static UnicodeScript script(char c) {
    UnicodeScript script = c < FIRST_OTHER ? UnicodeScript.COMMON : UnicodeScript.of(c);
    return OF_NO_TEXT.contains(script) ? UnicodeScript.COMMON : script;
  }

  /** The text with its names written out, but for letters of these scripts. */
  String writtenOut(String text, Set<UnicodeScript> letters) {
    if (!areIn(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String phrase = letters.contains(script(c)) ? null : phrases.get(c);
      if (phrase == null) {
        out.append(c);
      } else {
        out.append(phrase);
      }
    }
    return out.toString();
  }
}
