package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.Expr.Repeat;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads regular expressions of ECMA-262 as far as they are regular: no look-around, no references
 * back, no word boundaries; {@code ^} and {@code $} only where an alternative begins and ends.
 * Classes are those that every dialect agrees on.
 */
final class PatternReader {
  private static final int MOST_REPEATS = 10_000;
  private static final int MOST_NESTED = 1000;
  private static final int MOST_CHARACTERS = 10_000;

  private final String pattern;
  private final SchemaPath path;
  private int at;
  private int depth;

  /**
   * @param path of the keyword, for errors
   */
  PatternReader(String pattern, SchemaPath path) {
    this.pattern = pattern;
    this.path = path;
  }

  /** The content of JSON strings in which the pattern is found. */
  Expr strings() {
    if (pattern.length() > MOST_CHARACTERS) {
      throw new SchemaException(
          path,
          "%d characters (expected: at most %d)".formatted(pattern.length(), MOST_CHARACTERS));
    }
    Expr strings = alternativesOfWhole();
    long counts = NestedRepeats.of(strings).counts();
    if (counts > MOST_NESTED) {
      throw new SchemaException(
          path,
          "repeats inside each other come to %d (expected: at most %d)"
              .formatted(counts, MOST_NESTED));
    }
    return strings;
  }

  private Expr alternativesOfWhole() {
    List<Expr> options = new ArrayList<>();
    do {
      boolean fromStart = accept('^');
      Expr middle = sequence();
      boolean toEnd = accept('$');
      options.add(
          Expr.sequence(
              fromStart ? Expr.EMPTY : anything(), middle, toEnd ? Expr.EMPTY : anything()));
    } while (accept('|'));
    if (at < pattern.length()) {
      throw refused("a regular part");
    }
    return Expr.choice(options);
  }

  private static Expr anything() {
    return new Repeat(new Expr.Call(JsonText.CHARACTER), 0, Repeat.UNBOUNDED);
  }

  private SchemaException refused(String expected) {
    return new SchemaException(
        path, "%s, at character %d (expected: %s)".formatted(pattern, at, expected));
  }

  private boolean accept(char c) {
    if (at < pattern.length() && pattern.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean ends() {
    return at == pattern.length() || "|)$".indexOf(pattern.charAt(at)) >= 0;
  }

  private Expr alternatives() {
    List<Expr> options = new ArrayList<>();
    do {
      options.add(sequence());
    } while (accept('|'));
    return Expr.choice(options);
  }

  private Expr sequence() {
    List<Expr> parts = new ArrayList<>();
    while (!ends()) {
      parts.add(repeated(atom()));
    }
    return Expr.sequence(parts.toArray(Expr[]::new));
  }

  private Expr atom() {
    char c = pattern.charAt(at);
    return switch (c) {
      case '(' -> group();
      case '[' -> {
        at++;
        yield new ClassReader().read().inJsonString();
      }
      case '.' -> {
        at++;
        yield PatternClasses.ANY.inJsonString();
      }
      case '\\' -> {
        at++;
        yield escape().inJsonString();
      }
      case '*', '+', '?', '^', '{' -> throw refused("a character, a class or a group");
      default -> literal().inJsonString();
    };
  }

  private CodePoints literal() {
    int c = pattern.codePointAt(at);
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      throw refused("whole characters");
    }
    at += Character.charCount(c);
    return CodePoints.range(c, c);
  }

  private Expr group() {
    at++;
    if (++depth > 100) {
      throw refused("at most 100 groups inside each other");
    }
    if (accept('?')) {
      boolean named = !accept(':');
      int end = pattern.indexOf('>', at);
      if (named && (!accept('<') || ends() || "=!".indexOf(pattern.charAt(at)) >= 0 || end < 0)) {
        throw refused("no look-around");
      }
      at = named ? end + 1 : at;
    }
    Expr inside = alternatives();
    if (!accept(')')) {
      throw refused(")");
    }
    depth--;
    return inside;
  }

  private Expr repeated(Expr body) {
    if (at == pattern.length()) {
      return body;
    }
    int least;
    int most;
    switch (pattern.charAt(at)) {
      case '*' -> {
        least = 0;
        most = Repeat.UNBOUNDED;
        at++;
      }
      case '+' -> {
        least = 1;
        most = Repeat.UNBOUNDED;
        at++;
      }
      case '?' -> {
        least = 0;
        most = 1;
        at++;
      }
      case '{' -> {
        at++;
        least = number();
        most =
            accept(',')
                ? (at < pattern.length() && pattern.charAt(at) == '}' ? Repeat.UNBOUNDED : number())
                : least;
        if (!accept('}') || most < least) {
          throw refused("{n}, {n,} or {n,m}");
        }
      }
      default -> {
        return body;
      }
    }
    // Lazy or not makes no difference to what is matched.
    accept('?');
    return most == 0 ? Expr.EMPTY : new Repeat(body, least, most);
  }

  private int number() {
    int value = 0;
    int start = at;
    while (at < pattern.length() && Character.digit(pattern.charAt(at), 10) >= 0) {
      value = value * 10 + Character.digit(pattern.charAt(at++), 10);
      if (value > MOST_REPEATS) {
        throw refused("at most " + MOST_REPEATS + " times");
      }
    }
    if (at == start) {
      throw refused("a number");
    }
    return value;
  }

  /** What stands behind a backslash, outside or inside a class. */
  private CodePoints escape() {
    if (at == pattern.length()) {
      throw refused("a character behind \\");
    }
    char c = pattern.charAt(at++);
    CodePoints known = PatternClasses.named(c);
    if (known != null) {
      return known;
    }
    return switch (c) {
      case 'x' -> hex(2);
      case 'u' -> accept('{') ? braced() : hex(4);
      default -> {
        if (Character.isLetterOrDigit(c)) {
          at--;
          throw refused("no \\" + c);
        }
        yield CodePoints.range(c, c);
      }
    };
  }

  private CodePoints hex(int digits) {
    if (at + digits > pattern.length()) {
      throw refused(digits + " hexadecimal digits");
    }
    return character(pattern.substring(at, at += digits));
  }

  private CodePoints braced() {
    int end = pattern.indexOf('}', at);
    if (end < 0) {
      throw refused("}");
    }
    String digits = pattern.substring(at, end);
    at = end + 1;
    return character(digits);
  }

  private CodePoints character(String digits) {
    try {
      int c = Integer.parseInt(digits, 16);
      if (Character.isValidCodePoint(c) && (c < 0xD800 || c > 0xDFFF)) {
        return CodePoints.range(c, c);
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number that is no character.
    }
    throw refused("a whole character in hexadecimal digits");
  }

  /** Reads a class behind its opening bracket. */
  private final class ClassReader {
    CodePoints read() {
      List<CodePoints> elements = new ArrayList<>();
      boolean negated = accept('^');
      while (!accept(']')) {
        if (at == pattern.length()) {
          throw refused("]");
        }
        CodePoints low = element();
        boolean range =
            at + 1 < pattern.length() && pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']';
        if (range) {
          at++;
          low = range(low, element());
        }
        elements.add(low);
      }
      CodePoints set = CodePoints.anyOf(elements);
      return negated ? CodePoints.BASIC.without(set) : set;
    }

    private CodePoints element() {
      if (at == pattern.length()) {
        throw refused("]");
      }
      return accept('\\') ? (accept('b') ? CodePoints.of("\b") : escape()) : literal();
    }

    private CodePoints range(CodePoints low, CodePoints high) {
      int first = low.single();
      int last = high.single();
      if (first < 0 || last < first) {
        throw refused("a range of characters, the lower one first");
      }
      return CodePoints.range(first, last).without(CodePoints.range(0xD800, 0xDFFF));
    }
  }
}
