package io.tokenlane.engine.reason;

/**
 * Splits a stream of text into the reasoning between {@code <think>} and {@code </think>} and the
 * content around it.
 *
 * <p>The first {@code <think>} opens the reasoning and the first {@code </think>} after it ends it
 * for good: later tags are content, as an answer may well talk about tags. The tags themselves and
 * the newlines right after {@code </think>} belong to neither. Reasoning that is never closed stays
 * reasoning. Tags may be cut anywhere between deltas: what may yet become a tag is held back until
 * it is decided, so {@link #finish()} must be called at the end.
 *
 * <p>Not thread-safe; one instance for one generation.
 */
public final class ReasoningSplitter {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";
  private static final Split NOTHING = new Split("", "");

  private final StringBuilder held = new StringBuilder();
  private State state;

  /**
   * @param startsInside whether the prompt already ended in {@code <think>}, as some chat templates
   *     make it, so that the text begins with reasoning
   */
  public ReasoningSplitter(boolean startsInside) {
    state = startsInside ? State.INSIDE : State.BEFORE;
  }

  /** Takes the next piece of text and gives what of it is decided; parts may be empty. */
  public Split accept(String delta) {
    if (delta.isEmpty()) {
      return NOTHING;
    }
    held.append(delta);
    StringBuilder reasoning = new StringBuilder();
    StringBuilder content = new StringBuilder();
    State previous;
    do {
      previous = state;
      advance(reasoning, content);
    } while (state != previous);
    return new Split(reasoning.toString(), content.toString());
  }

  /** Ends the text: gives what was held back. */
  public Split finish() {
    String rest = held.toString();
    held.setLength(0);
    return state == State.INSIDE ? new Split(rest, "") : new Split("", rest);
  }

  /** Whether the text so far ended inside the reasoning. */
  public boolean inside() {
    return state == State.INSIDE;
  }

  private void advance(StringBuilder reasoning, StringBuilder content) {
    switch (state) {
      case BEFORE -> moveUpTo(OPEN, State.INSIDE, content);
      case INSIDE -> moveUpTo(CLOSE, State.CLOSED, reasoning);
      case CLOSED -> skipNewlines();
      case AFTER -> move(held.length(), content);
    }
  }

  private void moveUpTo(String tag, State next, StringBuilder out) {
    int at = held.indexOf(tag);
    if (at < 0) {
      move(held.length() - heldBack(tag), out);
      return;
    }
    move(at, out);
    held.delete(0, tag.length());
    state = next;
  }

  private void skipNewlines() {
    int i = 0;
    while (i < held.length() && held.charAt(i) == '\n') {
      i++;
    }
    held.delete(0, i);
    if (!held.isEmpty()) {
      state = State.AFTER;
    }
  }

  /** Length of the longest end of the held text that the tag begins with. */
  private int heldBack(String tag) {
    int most = Math.min(tag.length() - 1, held.length());
    for (int length = most; length > 0; length--) {
      if (tag.startsWith(held.substring(held.length() - length))) {
        return length;
      }
    }
    return 0;
  }

  private void move(int length, StringBuilder out) {
    out.append(held, 0, length);
    held.delete(0, length);
  }

  private enum State {
    BEFORE,
    INSIDE,
    /** Right after the closing tag, where newlines are dropped. */
    CLOSED,
    AFTER
  }

  /**
   * Decided text.
   *
   * @param reasoning what continues the reasoning; may be empty
   * @param content what continues the answer; may be empty
   */
  public record Split(String reasoning, String content) {}
}
