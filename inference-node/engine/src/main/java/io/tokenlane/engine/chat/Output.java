package io.tokenlane.engine.chat;

/** Text being rendered, bounded by the budget; each piece takes the steps for copying it. */
final class Output {
  private final Budget budget;
  private final StringBuilder text = new StringBuilder();

  Output(Budget budget) {
    this.budget = budget;
  }

  Output append(String piece) {
    budget.characters((long) text.length() + piece.length());
    budget.elements(piece.length());
    text.append(piece);
    return this;
  }

  Output append(char c) {
    budget.characters(text.length() + 1L);
    text.append(c);
    return this;
  }

  Output appendCodePoint(int codePoint) {
    budget.characters(text.length() + 2L);
    text.appendCodePoint(codePoint);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
