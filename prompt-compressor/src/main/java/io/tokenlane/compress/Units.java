package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A text cut into units that tokenizers cut at too: words, up to three digits, runs of other signs,
 * each with the blank before it; ideographs and line ends one by one. Every protected span is a
 * unit of its own kind, so that it never equals another.
 */
final class Units {
  private static final int LONGEST_NUMBER = 3;

  private final String text;
  private final int[] starts;
  private final int[] kinds;

  /** Tokens of all units before each, counted one by one. */
  private final int[] tokensBefore;

  private final int[] filledFrom;
  private final int[] filledBefore;

  private Units(String text, List<Integer> starts, List<Integer> kinds, int[] tokensBefore) {
    this.text = text;
    this.starts = starts.stream().mapToInt(Integer::intValue).toArray();
    this.kinds = kinds.stream().mapToInt(Integer::intValue).toArray();
    this.tokensBefore = tokensBefore;
    this.filledFrom = new int[size() + 1];
    this.filledBefore = new int[size() + 1];
    markFilled();
  }

  static Units of(String text, BitSet guarded, TokenCounter counter) {
    Map<String, Integer> known = new HashMap<>();
    List<Integer> starts = new ArrayList<>();
    List<Integer> kinds = new ArrayList<>();
    List<Integer> costs = new ArrayList<>();
    List<Integer> tokens = new ArrayList<>(List.of(0));
    Unguarded stretches = new Unguarded(guarded, text.length());
    int i = 0;
    while (i < text.length()) {
      int end = guarded.get(i) ? guarded.nextClearBit(i) : end(text, i, stretches.end(i));
      starts.add(i);
      Integer kind = guarded.get(i) ? null : known.get(text.substring(i, end));
      if (kind == null) {
        kind = costs.size();
        costs.add(guarded.get(i) ? 0 : counter.count(text.substring(i, end)));
        if (!guarded.get(i)) {
          known.put(text.substring(i, end), kind);
        }
      }
      kinds.add(kind);
      tokens.add(tokens.getLast() + costs.get(kind));
      i = end;
    }
    starts.add(text.length());
    return new Units(text, starts, kinds, tokens.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int end(String text, int start, int limit) {
    int first = text.charAt(start) == ' ' && start + 1 < limit ? start + 1 : start;
    char c = text.charAt(first);
    if (Character.isWhitespace(c)) {
      return c == '\n' || c == '\r' ? Math.max(first, start + 1) : blanks(text, start, limit);
    }
    if (isIdeograph(c)) {
      return first + 1;
    }
    int longest = Character.isDigit(c) ? Math.min(limit, first + LONGEST_NUMBER) : limit;
    int end = first + 1;
    while (end < longest && sameClass(c, text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int blanks(String text, int start, int limit) {
    int end = start;
    while (end < limit && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
      end++;
    }
    return Math.max(end, start + 1);
  }

  private static boolean sameClass(char first, char next) {
    return !Character.isWhitespace(next) && !isIdeograph(next) && kind(first) == kind(next);
  }

  /** Halves of surrogate pairs count as letters, so that no cut separates them. */
  private static int kind(char c) {
    if (Character.isLetter(c) || Character.isSurrogate(c)) {
      return 0;
    }
    return Character.isDigit(c) ? 1 : 2;
  }

  private static boolean isIdeograph(char c) {
    return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
  }

  int size() {
    return kinds.length;
  }

  /** The kinds of the units in order: equal for equal text, numbered from 0. */
  int[] kinds() {
    return kinds;
  }

  int start(int unit) {
    return starts[unit];
  }

  /** Estimated tokens of the units from one to before another. */
  int tokens(int from, int to) {
    return tokensBefore[to] - tokensBefore[from];
  }

  /** The first unit from here on that is not white space; {@link #size} if there is none. */
  int filledFrom(int unit) {
    return filledFrom[unit];
  }

  /** One past the last unit before {@code end} that is not white space; 0 if there is none. */
  int filledBefore(int end) {
    return filledBefore[end];
  }

  private void markFilled() {
    filledFrom[size()] = size();
    for (int unit = size() - 1; unit >= 0; unit--) {
      filledFrom[unit] = isBlank(unit) ? filledFrom[unit + 1] : unit;
    }
    for (int end = 1; end <= size(); end++) {
      filledBefore[end] = isBlank(end - 1) ? filledBefore[end - 1] : end;
    }
  }

  private boolean isBlank(int unit) {
    return text.substring(starts[unit], starts[unit + 1]).isBlank();
  }
}
