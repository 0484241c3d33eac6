package io.tokenlane.prefetch.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of Dictionary fields (RFC 9651 §4.2.2), for targeted cache control (RFC 9213
 * §2.1): one fault anywhere and the whole field counts as missing. Parameters are read and dropped.
 *
 * <p>Values become the texts that {@link CacheControl} keeps: an Integer its digits, a Boolean true
 * nothing, a String the text {@code "} + itself, so that {@code max-age="60"} is no number.
 */
final class StructuredDictionary {
  /** An Integer has at most this many digits (§3.3.1). */
  private static final int LONGEST_INTEGER = 15;

  private final String text;
  private int at;

  private StructuredDictionary(String text) {
    this.text = text;
  }

  /** The members by key, the last of equal keys; empty where the field is malformed. */
  static Optional<Map<String, String>> parse(List<String> lines) {
    try {
      return Optional.of(new StructuredDictionary(String.join(",", lines)).members());
    } catch (Malformed broken) {
      return Optional.empty();
    }
  }

  private Map<String, String> members() throws Malformed {
    Map<String, String> members = new LinkedHashMap<>();
    skip(' ');
    while (at < text.length()) {
      String key = key();
      @Nullable String value = peek() == '=' ? value() : "";
      parameters();
      members.remove(key);
      if (value != null) {
        members.put(key, value);
      }
      blanks();
      if (at < text.length()) {
        comma();
      }
    }
    return members;
  }

  private void comma() throws Malformed {
    expect(',');
    blanks();
    if (at >= text.length()) {
      throw new Malformed();
    }
  }

  private String key() throws Malformed {
    int start = at;
    if (!lower(peek()) && peek() != '*') {
      throw new Malformed();
    }
    while (lower(peek()) || digit(peek()) || "_-.*".indexOf(peek()) >= 0) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Null for the Boolean false: the directive is not there. */
  private @Nullable String value() throws Malformed {
    expect('=');
    return bare();
  }

  private @Nullable String bare() throws Malformed {
    char first = peek();
    if (digit(first) || first == '-') {
      return number();
    }
    if (first == '"') {
      return string();
    }
    if (first == '?') {
      return bool();
    }
    if (lower(first) || upper(first) || first == '*') {
      return token();
    }
    throw new Malformed();
  }

  private String number() throws Malformed {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    int digits = at;
    while (digit(peek())) {
      at++;
    }
    boolean decimal = peek() == '.';
    if (at == digits || at - digits > LONGEST_INTEGER || decimal) {
      throw new Malformed();
    }
    return text.substring(start, at);
  }

  private String string() throws Malformed {
    StringBuilder content = new StringBuilder("\"");
    expect('"');
    while (peek() != '"') {
      if (peek() == '\\') {
        at++;
        if (peek() != '"' && peek() != '\\') {
          throw new Malformed();
        }
      }
      if (peek() < ' ' || peek() > '~') {
        throw new Malformed();
      }
      content.append(peek());
      at++;
    }
    expect('"');
    return content.toString();
  }

  private @Nullable String bool() throws Malformed {
    expect('?');
    char flag = peek();
    if (flag != '0' && flag != '1') {
      throw new Malformed();
    }
    at++;
    return flag == '1' ? "" : null;
  }

  private String token() {
    int start = at;
    while (lower(peek())
        || upper(peek())
        || digit(peek())
        || (peek() != 0 && ":/!#$%&'*+-.^_`|~".indexOf(peek()) >= 0)) {
      at++;
    }
    return text.substring(start, at);
  }

  private void parameters() throws Malformed {
    while (peek() == ';') {
      at++;
      skip(' ');
      key();
      if (peek() == '=') {
        value();
      }
    }
  }

  private void expect(char wanted) throws Malformed {
    if (peek() != wanted) {
      throw new Malformed();
    }
    at++;
  }

  private void blanks() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  private void skip(char blank) {
    while (peek() == blank) {
      at++;
    }
  }

  /** The next character, 0 at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private static boolean lower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean upper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The field breaks its grammar. */
  private static final class Malformed extends Exception {
    Malformed() {
      super("", null, false, false);
    }
  }
}
