package io.tokenlane.prefetch.http;

import java.util.ArrayList;
import java.util.List;

/** Splits list-valued fields (RFC 9110 §5.6.1) at commas outside quoted strings (§5.6.4). */
final class ListSplitter {
  private ListSplitter() {}

  /** The members of all {@code values} in order, trimmed, empty members dropped. */
  static List<String> members(List<String> values) {
    List<String> members = new ArrayList<>();
    values.forEach(value -> split(value, members));
    return members;
  }

  private static void split(String value, List<String> into) {
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        add(value.substring(start, i), into);
        start = i + 1;
      }
    }
    add(value.substring(start), into);
  }

  private static void add(String member, List<String> into) {
    String trimmed = member.strip();
    if (!trimmed.isEmpty()) {
      into.add(trimmed);
    }
  }

  /** The text of a quoted string with its escapes resolved, or {@code text} itself. */
  static String unquote(String text) {
    if (text.length() < 2 || text.charAt(0) != '"' || !text.endsWith("\"")) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 1; i < text.length() - 1; i++) {
      if (text.charAt(i) == '\\' && i + 1 < text.length() - 1) {
        i++;
      }
      plain.append(text.charAt(i));
    }
    return plain.toString();
  }
}
