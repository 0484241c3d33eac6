package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class TextMethods {

  /** One method. */
  interface Method {
    Object apply(String self, Arguments arguments, Scope scope);
  }

  private static final Map<String, Method> ALL = all();

  private TextMethods() {}

  /** The method of this name, bound to the text; null if there is none. */
  static @Nullable Object find(String self, String name) {
    Method method = ALL.get(name);
    return method == null
        ? null
        : (Callable) (arguments, scope) -> call(name, self, arguments, scope);
  }

  static Object call(String name, String self, Arguments arguments, Scope scope) {
    Method method = ALL.get(name);
    if (method == null) {
      throw new TemplateException("str has no method '" + name + "'");
    }
    scope.budget().elements(self.length());
    return method.apply(self, arguments, scope);
  }

  private static Map<String, Method> all() {
    Map<String, Method> all = new HashMap<>();
    addCases(all);
    addTests(all);
    addSearches(all);
    TextSplits.addTo(all);
    all.put("replace", TextMethods::replace);
    all.put("format", BraceFormat::format);
    all.put("join", TextMethods::join);
    all.put("zfill", TextMethods::zeroFill);
    all.put("ljust", (self, a, scope) -> pad(self, a, scope, 0));
    all.put("rjust", (self, a, scope) -> pad(self, a, scope, 2));
    all.put("center", (self, a, scope) -> pad(self, a, scope, 1));
    return Map.copyOf(all);
  }

  private static void addCases(Map<String, Method> all) {
    all.put("upper", (self, a, scope) -> upper(self));
    all.put("lower", (self, a, scope) -> lower(self));
    all.put("casefold", (self, a, scope) -> lower(upper(self)));
    all.put("capitalize", (self, a, scope) -> capitalize(self));
    all.put("title", (self, a, scope) -> title(self));
    all.put("swapcase", (self, a, scope) -> swapCase(self));
  }

  private static void addTests(Map<String, Method> all) {
    all.put("isspace", (self, a, scope) -> each(self, PythonText::isSpace));
    all.put("isalpha", (self, a, scope) -> each(self, Character::isLetter));
    all.put("isdigit", (self, a, scope) -> each(self, Character::isDigit));
    all.put("isdecimal", (self, a, scope) -> each(self, Character::isDigit));
    all.put("isnumeric", (self, a, scope) -> each(self, TextMethods::isNumeric));
    all.put("isalnum", (self, a, scope) -> each(self, c -> Character.isLetter(c) || isNumeric(c)));
    all.put("isascii", (self, a, scope) -> self.chars().allMatch(c -> c < 0x80));
    all.put("islower", (self, a, scope) -> isLower(self));
    all.put("isupper", (self, a, scope) -> isUpper(self));
  }

  private static void addSearches(Map<String, Method> all) {
    all.put(
        "startswith",
        (self, a, scope) -> affixes(self, a, scope).stream().anyMatch(self::startsWith));
    all.put(
        "endswith", (self, a, scope) -> affixes(self, a, scope).stream().anyMatch(self::endsWith));
    all.put("removeprefix", (self, a, scope) -> removePrefix(self, text(a, 0, "prefix")));
    all.put("removesuffix", (self, a, scope) -> removeSuffix(self, text(a, 0, "suffix")));
    all.put("find", (self, a, scope) -> first(self, a, scope));
    all.put("rfind", (self, a, scope) -> last(self, a, scope));
    all.put("index", (self, a, scope) -> found(first(self, a, scope)));
    all.put("rindex", (self, a, scope) -> found(last(self, a, scope)));
    all.put("count", (self, a, scope) -> count(self, sought(self, a, "sub", scope)));
  }

  /** A string argument. */
  static String text(Arguments arguments, int index, String name) {
    return Values.requireText(arguments.require(index, name), name);
  }

  /** The first argument, a string to be looked for. */
  static String sought(String self, Arguments arguments, String name, Scope scope) {
    String sought = text(arguments, 0, name);
    scope.budget().search(self, sought);
    return sought;
  }

  private static boolean each(String text, IntPredicate predicate) {
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  static boolean isLower(String text) {
    return text.equals(lower(text)) && text.codePoints().anyMatch(Character::isLowerCase);
  }

  static boolean isUpper(String text) {
    return text.equals(upper(text)) && text.codePoints().anyMatch(Character::isUpperCase);
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int end = text.offsetByCodePoints(0, 1);
    return Character.toString(Character.toTitleCase(text.codePointAt(0)))
        + lower(text.substring(end));
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      title.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }
    return title.toString();
  }

  private static String swapCase(String text) {
    StringBuilder swapped = new StringBuilder();
    text.codePoints()
        .forEach(
            c ->
                swapped.append(
                    Character.isUpperCase(c)
                        ? lower(Character.toString(c))
                        : upper(Character.toString(c))));
    return swapped.toString();
  }

  private static List<String> affixes(String self, Arguments arguments, Scope scope) {
    List<String> affixes = new ArrayList<>();
    Object affix = arguments.require(0, "affix");
    if (affix instanceof Tuple several) {
      several.items().forEach(each -> affixes.add(Values.requireText(each, "affix")));
    } else {
      affixes.add(Values.requireText(affix, "affix"));
    }
    affixes.forEach(each -> scope.budget().elements(Math.min(self.length(), each.length())));
    return affixes;
  }

  private static String removePrefix(String self, String prefix) {
    return self.startsWith(prefix) ? self.substring(prefix.length()) : self;
  }

  private static String removeSuffix(String self, String suffix) {
    return self.endsWith(suffix) ? self.substring(0, self.length() - suffix.length()) : self;
  }

  private static long first(String self, Arguments arguments, Scope scope) {
    return codePoints(self, self.indexOf(sought(self, arguments, "sub", scope)));
  }

  private static long last(String self, Arguments arguments, Scope scope) {
    return codePoints(self, self.lastIndexOf(sought(self, arguments, "sub", scope)));
  }

  private static long codePoints(String self, int index) {
    return index < 0 ? -1 : self.codePointCount(0, index);
  }

  private static long found(long index) {
    if (index < 0) {
      throw new TemplateException("substring not found");
    }
    return index;
  }

  private static long count(String self, String part) {
    if (part.isEmpty()) {
      return self.codePointCount(0, self.length()) + 1L;
    }
    long count = 0;
    for (int at = self.indexOf(part); at >= 0; at = self.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static Object replace(String self, Arguments arguments, Scope scope) {
    String old = sought(self, arguments, "old", scope);
    String replacement = text(arguments, 1, "new");
    long most = Values.requireInteger(arguments.get(2, "count", -1L), "count");
    Output out = new Output(scope.budget());
    int from = 0;
    int at = self.indexOf(old);
    for (long done = 0; at >= 0 && (most < 0 || done < most); done++) {
      scope.budget().step();
      out.append(self.substring(from, at)).append(replacement);
      from = at + old.length();
      at = old.isEmpty() ? nextGap(self, from, out) : self.indexOf(old, from);
      from = old.isEmpty() && at >= 0 ? at : from;
    }
    String replaced = out.append(self.substring(from)).toString();
    scope.budget().elements(replaced.length());
    return replaced;
  }

  /** The next gap between characters, what lies before it copied; -1 at the end. */
  private static int nextGap(String self, int from, Output out) {
    if (from == self.length()) {
      return -1;
    }
    int next = self.offsetByCodePoints(from, 1);
    out.append(self.substring(from, next));
    return next;
  }

  private static Object join(String self, Arguments arguments, Scope scope) {
    Output joined = new Output(scope.budget());
    boolean first = true;
    for (Object item : Values.list(arguments.require(0, "iterable"), scope.budget())) {
      scope.budget().step();
      joined.append(first ? "" : self).append(Values.requireText(item, "join: item"));
      first = false;
    }
    return joined.toString();
  }

  private static Object zeroFill(String self, Arguments arguments, Scope scope) {
    long width = Values.requireInteger(arguments.require(0, "width"), "width");
    long missing = Math.max(0, width - self.codePointCount(0, self.length()));
    scope.budget().allocate(missing + self.length());
    int sign = self.startsWith("-") || self.startsWith("+") ? 1 : 0;
    return self.substring(0, sign) + "0".repeat((int) missing) + self.substring(sign);
  }

  /**
   * @param left how much of the space goes before the text: none, half (1) or all (2)
   */
  private static String pad(String self, Arguments arguments, Scope scope, int left) {
    long width = Values.requireInteger(arguments.require(0, "width"), "width");
    String fill = Values.requireText(arguments.get(1, "fillchar", " "), "fillchar");
    long missing = Math.max(0, width - self.codePointCount(0, self.length()));
    scope.budget().allocate(missing * fill.length() + self.length());
    long half = missing / 2 + (missing & width & 1);
    long before = left == 1 ? half : left == 0 ? 0 : missing;
    return fill.repeat((int) before) + self + fill.repeat((int) (missing - before));
  }

  /** Python's {@code splitlines}. */
  static List<String> lines(String text, boolean keepEnds, Budget budget) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (!isLineEnd(text.charAt(i))) {
        continue;
      }
      budget.step();
      boolean pair = text.startsWith("\r\n", i);
      int next = i + (pair ? 2 : 1);
      lines.add(text.substring(start, keepEnds ? next : i));
      start = next;
      i = next - 1;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == '\u2028'
        || c == '\u2029';
  }
}
