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
    all.put("strip", (self, a, scope) -> strip(self, set(self, a, scope)));
    all.put("lstrip", (self, a, scope) -> stripStart(self, set(self, a, scope)));
    all.put("rstrip", (self, a, scope) -> stripEnd(self, set(self, a, scope)));
    all.put("split", (self, a, scope) -> split(self, a, scope, false));
    all.put("rsplit", (self, a, scope) -> split(self, a, scope, true));
    all.put("partition", (self, a, scope) -> partition(self, a, scope, false));
    all.put("rpartition", (self, a, scope) -> partition(self, a, scope, true));
    all.put("splitlines", TextSplits::lines);
  }

  private static IntPredicate set(String self, Arguments arguments, Scope scope) {
    Object characters = arguments.get(0, "chars", None.NONE);
    if (characters instanceof None) {
      return PythonText::isSpace;
    }
    String set = Values.requireText(characters, "strip argument");
    scope.budget().search(self, set);
    return c -> set.indexOf(c) >= 0;
  }

  private static String strip(String text, IntPredicate set) {
    return stripEnd(stripStart(text, set), set);
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
    return new ArrayList<Object>(TextMethods.lines(self, keepEnds, scope.budget()));
  }

  private static Object split(String self, Arguments arguments, Scope scope, boolean fromEnd) {
    Object separator = arguments.get(0, "sep", None.NONE);
    long most = Values.requireInteger(arguments.get(1, "maxsplit", -1L), "maxsplit");
    long limit = most < 0 ? Long.MAX_VALUE : most;
    Parts parts = new Parts(limit, scope.budget());
    if (separator instanceof None) {
      return fromEnd ? wordsFromEnd(self, parts) : words(self, parts);
    }
    String by = Values.requireText(separator, "sep");
    if (by.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    scope.budget().search(self, by);
    return fromEnd ? partsFromEnd(self, by, parts) : parts(self, by, parts);
  }

  /** What a text is split into, up to a limit; each part takes a step. */
  private static final class Parts {
    private final List<Object> all = new ArrayList<>();
    private final long limit;
    private final Budget budget;

    Parts(long limit, Budget budget) {
      this.limit = limit;
      this.budget = budget;
    }

    boolean isFull() {
      return all.size() >= limit;
    }

    void add(String part) {
      budget.step();
      all.add(part);
    }

    List<Object> reversed() {
      Collections.reverse(all);
      return all;
    }
  }

  private static List<Object> parts(String text, String by, Parts parts) {
    int from = 0;
    for (int at = text.indexOf(by); at >= 0 && !parts.isFull(); at = text.indexOf(by, from)) {
      parts.add(text.substring(from, at));
      from = at + by.length();
    }
    parts.add(text.substring(from));
    return parts.all;
  }

  private static List<Object> partsFromEnd(String text, String by, Parts parts) {
    int to = text.length();
    int at = text.lastIndexOf(by);
    while (at >= 0 && !parts.isFull()) {
      parts.add(text.substring(at + by.length(), to));
      to = at;
      at = to < by.length() ? -1 : text.lastIndexOf(by, to - by.length());
    }
    parts.add(text.substring(0, to));
    return parts.reversed();
  }

  private static List<Object> words(String text, Parts words) {
    String rest = stripStart(text, PythonText::isSpace);
    int from = 0;
    while (from < rest.length()) {
      if (words.isFull()) {
        words.add(rest.substring(from));
        return words.all;
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
    return words.all;
  }

  private static List<Object> wordsFromEnd(String text, Parts words) {
    int end = endOfWord(text, text.length());
    while (end > 0 && !words.isFull()) {
      int start = end;
      while (start > 0 && !PythonText.isSpace(text.charAt(start - 1))) {
        start--;
      }
      words.add(text.substring(start, end));
      end = endOfWord(text, start);
    }
    if (end > 0) {
      words.add(text.substring(0, end));
    }
    return words.reversed();
  }

  /** Where the last word before a position ends; 0 if there is none. */
  private static int endOfWord(String text, int before) {
    int end = before;
    while (end > 0 && PythonText.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static Object partition(String self, Arguments arguments, Scope scope, boolean last) {
    String by = TextMethods.sought(self, arguments, "sep", scope);
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
