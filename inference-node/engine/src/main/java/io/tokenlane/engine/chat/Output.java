package io.tokenlane.engine.chat;

/** Text being rendered, bounded by the budget. */
final class Output {
  private final Budget budget;
  private final StringBuilder text = new StringBuilder();

  Output(Budget budget) {
    this.budget = budget;
  }

  Output append(String piece) {
    budget.characters((long) text.length() + piece.length());
    text.append(piece);
    return this;
  }

  Output append(char c) {
    budget.characters(text.length() + 1L);
    text.append(c);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
