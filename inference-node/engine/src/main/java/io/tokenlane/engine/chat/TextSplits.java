package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.TextMethods.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str} that strip and split. */
final class TextSplits {
  private TextSplits() {}

  static void addTo(Map<String, Method> all) {
    all.put("strip", (self, a, scope) -> stripEnd(stripStart(self, set(a)), set(a)));
    all.put("lstrip", (self, a, scope) -> stripStart(self, set(a)));
    all.put("rstrip", (self, a, scope) -> stripEnd(self, set(a)));
    all.put("split", (self, a, scope) -> split(self, a, scope, false));
    all.put("rsplit", (self, a, scope) -> split(self, a, scope, true));
    all.put("partition", (self, a, scope) -> partition(self, a, false));
    all.put("rpartition", (self, a, scope) -> partition(self, a, true));
    all.put("splitlines", TextSplits::lines);
  }

  private static IntPredicate set(Arguments arguments) {
    Object characters = arguments.get(0, "chars", None.NONE);
    if (characters instanceof None) {
      return PythonText::isSpace;
    }
    String set = Values.requireText(characters, "strip argument");
    return c -> set.indexOf(c) >= 0;
  }

  private static String stripStart(String text, IntPredicate set) {
    int start = 0;
    while (start < text.length() && set.test(text.codePointAt(start))) {
      start = text.offsetByCodePoints(start, 1);
    }
    return text.substring(start);
  }

  private static String stripEnd(String text, IntPredicate set) {
    int end = text.length();
    while (end > 0 && set.test(text.codePointBefore(end))) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end);
  }

  private static Object lines(String self, Arguments arguments, Scope scope) {
    boolean keepEnds = Values.truth(arguments.get(0, "keepends", false));
    return new ArrayList<Object>(TextMethods.lines(self, keepEnds));
  }

  private static Object split(String self, Arguments arguments, Scope scope, boolean fromEnd) {
    Object separator = arguments.get(0, "sep", None.NONE);
    long most = Values.requireInteger(arguments.get(1, "maxsplit", -1L), "maxsplit");
    long limit = most < 0 ? Long.MAX_VALUE : most;
    List<Object> parts;
    if (separator instanceof None) {
      parts = fromEnd ? wordsFromEnd(self, limit) : words(self, limit);
    } else {
      String by = Values.requireText(separator, "sep");
      if (by.isEmpty()) {
        throw new TemplateException("empty separator");
      }
      parts = fromEnd ? partsFromEnd(self, by, limit) : parts(self, by, limit);
    }
    scope.budget().elements(parts.size() * 8L);
    return parts;
  }

  private static List<Object> parts(String text, String by, long limit) {
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(by); at >= 0 && parts.size() < limit; at = text.indexOf(by, from)) {
      parts.add(text.substring(from, at));
      from = at + by.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static List<Object> partsFromEnd(String text, String by, long limit) {
    List<Object> parts = new ArrayList<>();
    int to = text.length();
    int at = text.lastIndexOf(by);
    while (at >= 0 && parts.size() < limit) {
      parts.add(text.substring(at + by.length(), to));
      to = at;
      at = text.lastIndexOf(by, to - by.length());
      at = to < by.length() ? -1 : at;
    }
    parts.add(text.substring(0, to));
    Collections.reverse(parts);
    return parts;
  }

  private static List<Object> words(String text, long limit) {
    List<Object> words = new ArrayList<>();
    String rest = stripStart(text, PythonText::isSpace);
    int from = 0;
    while (from < rest.length()) {
      if (words.size() >= limit) {
        words.add(rest.substring(from));
        return words;
      }
      int end = from;
      while (end < rest.length() && !PythonText.isSpace(rest.charAt(end))) {
        end++;
      }
      words.add(rest.substring(from, end));
      from = end;
      while (from < rest.length() && PythonText.isSpace(rest.charAt(from))) {
        from++;
      }
    }
    return words;
  }

  private static List<Object> wordsFromEnd(String text, long limit) {
    List<Object> words = new ArrayList<>();
    String rest = PythonText.stripEnd(text);
    while (!rest.isEmpty()) {
      if (words.size() >= limit) {
        words.add(rest);
        break;
      }
      int start = rest.length();
      while (start > 0 && !PythonText.isSpace(rest.charAt(start - 1))) {
        start--;
      }
      words.add(rest.substring(start));
      rest = PythonText.stripEnd(rest.substring(0, start));
    }
    Collections.reverse(words);
    return words;
  }

  private static Object partition(String self, Arguments arguments, boolean last) {
    String by = TextMethods.text(arguments, 0, "sep");
    if (by.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    int at = last ? self.lastIndexOf(by) : self.indexOf(by);
    if (at < 0) {
      return last ? Tuple.of("", "", self) : Tuple.of(self, "", "");
    }
    return Tuple.of(self.substring(0, at), by, self.substring(at + by.length()));
  }
}
