package io.tokenlane.engine.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Llama 3's call of one of its built-in tools, written as Python: {@code
 * brave_search.call(query="…")}.
 *
 * @param arguments a JSON object
 */
record BuiltInCall(String tool, String arguments) {
  private static final Pattern CALL =
      Pattern.compile("\\s*(\\w+)\\.call\\((.*)\\)\\s*", Pattern.DOTALL);
  private static final Pattern KEY = Pattern.compile("\\s*(\\w+)\\s*=\\s*");
  private static final Map<String, String> CONSTANTS =
      Map.of("True", "true", "False", "false", "None", "null");

  /** The call that this code is; null if it is other code. */
  static @Nullable BuiltInCall parse(String code) {
    Matcher call = CALL.matcher(code);
    return call.matches()
        ? new BuiltInCall(call.group(1), "{" + members(call.group(2)) + "}")
        : null;
  }

  private static String members(String keywords) {
    List<String> members = new ArrayList<>();
    Matcher key = KEY.matcher(keywords);
    while (key.lookingAt()) {
      int end = valueEnd(keywords, key.end());
      String value = keywords.substring(key.end(), end).strip();
      members.add(JsonText.string(key.group(1)) + ": " + json(value));
      key.region(Math.min(end + 1, keywords.length()), keywords.length());
    }
    return String.join(", ", members);
  }

  /** Where the comma behind a value is, or the end of the text. */
  private static int valueEnd(String text, int from) {
    int depth = 0;
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || (c == '\'' && i == from)) { // else an apostrophe
        quote = c;
      } else if (c == '[' || c == '{' || c == '(') {
        depth++;
      } else if (c == ']' || c == '}' || c == ')') {
        depth--;
      } else if (c == ',' && depth <= 0) {
        return i;
      }
    }
    return text.length();
  }

  private static String json(String value) {
    String constant = CONSTANTS.get(value);
    if (constant != null) {
      return constant;
    }
    return JsonText.isJson(value) ? value : JsonText.string(unquoted(value));
  }

  private static String unquoted(String value) {
    for (String quote : List.of("'", "\"")) {
      if (value.length() > 1 && value.startsWith(quote) && value.endsWith(quote)) {
        return value.substring(1, value.length() - 1).replace("\\" + quote, quote);
      }
    }
    return value;
  }
}
