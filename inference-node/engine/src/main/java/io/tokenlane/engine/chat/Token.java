package io.tokenlane.engine.chat;

/**
 * A lexical element of a template.
 *
 * @param text its text; of a string its value
 * @param line the line it starts at, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wantedKind, String wantedText) {
    return kind == wantedKind && text.equals(wantedText);
  }

  boolean isOperator(String operator) {
    return is(Kind.OPERATOR, operator);
  }

  boolean isName(String name) {
    return is(Kind.NAME, name);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case DATA -> "text";
      case END -> "end of template";
      default -> "'" + text + "'";
    };
  }
}
