package io.tokenlane.engine.run;

import io.tokenlane.engine.model.HeadStart;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan.Chunk;

/**
 * The tokens drafted behind a chunk, as they come to be. Reused from step to step; not thread-safe.
 */
final class Draft {
  /** Tokens of the text that a lookup sees. */
  static final int LONGEST = 8;

  private static final int BY_TEXT = -1;

  private final int[] tokens;
  private final int[] levels;

  /** The last tokens of the text with the drafts behind them. */
  private final int[] ahead;

  /** Where states are kept of the chunk's own row and of its drafts behind it. */
  private final int[] places;

  private int known;
  private int room;
  private int count;
  private int computed;

  /** How likely the draft is right up to each of its tokens. */
  private final double[] rights;

  /** Its first tokens that will be verified; the others may yet be cut off. */
  private int fixed;

  /** Whether another draft is wanted. */
  private boolean open;

  /**
   * @param most most tokens
   */
  Draft(int most) {
    tokens = new int[most];
    levels = new int[most];
    rights = new double[most];
    ahead = new int[LONGEST + most];
    places = new int[1 + most];
  }

  /** Starts behind a chunk; {@code mayGrow} false for none. */
  void begin(Chunk chunk, boolean mayGrow) {
    Sequence sequence = chunk.sequence();
    room = Math.min(chunk.drafts(), levels.length);
    count = 0;
    computed = 0;
    fixed = 0;
    open = mayGrow && room > 0;
    known = Math.min(LONGEST, sequence.length());
    if (open) {
      System.arraycopy(sequence.tokens(), sequence.length() - known, ahead, 0, known);
    }
  }

  /** Adds a token that a text told, likely enough to be right. */
  void addByText(int token, double likely) {
    add(token, likely, BY_TEXT);
  }

  /** Adds a token that the first layers told, with a level of {@link Sureness}. */
  void addByLayers(int token, double likely, int level) {
    add(token, likely, level);
  }

  private void add(int token, double likely, int level) {
    levels[count] = level;
    ahead[known + count] = token;
    rights[count] = right() * likely;
    tokens[count++] = token;
    open = count < room;
  }

  /** Takes no more. */
  void close() {
    open = false;
  }

  /** Keeps its first tokens only. */
  void cut(int first) {
    if (first < count) {
      count = first;
      fixed = Math.min(fixed, count);
      open = false;
    }
  }

  /** Notes that the next row of the chunk and its drafts went through the first layers. */
  void computed(int place) {
    places[computed++] = place;
  }

  boolean isOpen() {
    return open;
  }

  /** Drafted tokens. */
  int count() {
    return count;
  }

  int token(int index) {
    return tokens[index];
  }

  /** The drafted tokens; the first {@link #count} are meant. */
  int[] tokens() {
    return tokens;
  }

  /** Rows that went through the first layers: the chunk's own, then its drafts. */
  int computed() {
    return computed;
  }

  /** Where the state of such a row is kept; else {@link HeadStart#NOWHERE}. */
  int place(int row) {
    return row < computed ? places[row] : HeadStart.NOWHERE;
  }

  /** How likely all of it is right, 0 to 1. */
  double right() {
    return count == 0 ? 1 : rights[count - 1];
  }

  /** How likely it is right up to and with a token, 0 to 1. */
  double right(int index) {
    return rights[index];
  }

  /** Tokens that will be verified, whatever comes behind them. */
  int fixed() {
    return fixed;
  }

  /** Settles for its first tokens, at least {@link #fixed()}; it goes on if these are all. */
  void fix(int first) {
    cut(first);
    fixed = count;
  }

  /** The text with the drafts: its end is what the next token follows. */
  int[] ahead() {
    return ahead;
  }

  /** Tokens in {@link #ahead}. */
  int end() {
    return known + count;
  }

  /** Learns which of the tokens that layers told were right: the first so many. */
  void learn(int rightOnes, Sureness sureness) {
    for (int i = 0; i < Math.min(count, rightOnes + 1); i++) {
      if (levels[i] != BY_TEXT) {
        sureness.learn(levels[i], i < rightOnes);
      }
    }
  }
}
