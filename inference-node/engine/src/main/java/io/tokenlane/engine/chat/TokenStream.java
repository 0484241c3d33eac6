package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Token.Kind;
import java.util.List;
import java.util.Locale;

/** The tokens of a template, read from first to last. */
final class TokenStream {
  private final List<Token> tokens;
  private final int maxDepth;
  private int position;
  private int depth;

  TokenStream(List<Token> tokens, int maxDepth) {
    this.tokens = tokens;
    this.maxDepth = maxDepth;
  }

  /** The next token, left in place. */
  Token peek() {
    return tokens.get(position);
  }

  /** The token after the next, left in place. */
  Token peekSecond() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(position);
    if (token.kind() != Kind.END) {
      position++;
    }
    return token;
  }

  /** Index of the next token. */
  int position() {
    return position;
  }

  /** Whether a name occurs between a former position and this one. */
  boolean mentions(String name, int from) {
    return tokens.subList(from, position).stream().anyMatch(token -> token.isName(name));
  }

  boolean skipOperator(String operator) {
    boolean found = peek().isOperator(operator);
    if (found) {
      position++;
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = peek().isName(name);
    if (found) {
      position++;
    }
    return found;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Token expect(Kind kind) {
    if (peek().kind() != kind) {
      throw unexpected(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    return next();
  }

  /** Goes one level deeper into the grammar; {@link #leave} comes back. */
  void enter() {
    if (++depth > maxDepth) {
      throw malformed("nested deeper than " + maxDepth);
    }
  }

  void leave() {
    depth--;
  }

  TemplateException unexpected(String wanted) {
    return malformed("unexpected " + peek() + " (expected: " + wanted + ")");
  }

  TemplateException malformed(String what) {
    return new TemplateException("template, line " + peek().line() + ": " + what);
  }
}
