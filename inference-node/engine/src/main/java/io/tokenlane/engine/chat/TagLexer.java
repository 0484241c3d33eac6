package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits the inside of a tag into tokens. */
final class TagLexer {
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)\\d+(?:_\\d+)*(?:(?:\\.\\d+(?:_\\d+)*)?[eE][+-]?\\d+|\\.\\d+(?:_\\d+)*)");
  private static final Pattern INTEGER =
      Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|\\d(?:_?\\d)*");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*");
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+*/%~\\[\\](){}><=.:|,;]");

  private final String source;
  private final List<Token> tokens;
  private final Matcher matcher;
  private int position;
  private int lineAt;
  private int line = 1;

  TagLexer(String source, List<Token> tokens) {
    this.source = source;
    this.tokens = tokens;
    matcher = SPACE.matcher(source).useTransparentBounds(true);
  }

  /** Adds the tokens of the tag that goes on at {@code from}; returns the position behind it. */
  int lex(int from, Pattern tagEnd) {
    Deque<Character> open = new ArrayDeque<>();
    position = from;
    while (position < source.length()) {
      if (open.isEmpty() && looksAt(tagEnd)) {
        return matcher.end();
      }
      if (looksAt(SPACE)) {
        position = matcher.end();
      } else if (!add(FLOAT, Kind.FLOAT) && !add(INTEGER, Kind.INTEGER) && !add(NAME, Kind.NAME)) {
        char next = source.charAt(position);
        if (next == '"' || next == '\'') {
          string(next);
        } else if (add(OPERATOR, Kind.OPERATOR)) {
          balance(next, open);
        } else {
          throw malformed("unexpected '" + source.substring(position).codePointAt(0) + "'");
        }
      }
    }
    throw malformed("tag is not closed");
  }

  private boolean looksAt(Pattern pattern) {
    return matcher.usePattern(pattern).region(position, source.length()).lookingAt();
  }

  private boolean add(Pattern pattern, Kind kind) {
    if (!looksAt(pattern)) {
      return false;
    }
    tokens.add(new Token(kind, matcher.group(), line(position)));
    position = matcher.end();
    return true;
  }

  private void string(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw malformed("string is not closed");
    }
    String value = Escapes.unescape(source.substring(position + 1, end), line(position));
    tokens.add(new Token(Kind.STRING, value, line(position)));
    position = end + 1;
  }

  private void balance(char operator, Deque<Character> open) {
    switch (operator) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != operator) {
          throw malformed("unexpected '" + operator + "'");
        }
      }
      default -> {}
    }
  }

  /** The line of a position, from 1; positions come in ascending order. */
  int line(int at) {
    for (; lineAt < at; lineAt++) {
      if (source.charAt(lineAt) == '\n') {
        line++;
      }
    }
    return line;
  }

  private TemplateException malformed(String what) {
    return new TemplateException("template, line " + line(position) + ": " + what);
  }
}
