package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A text's pieces after the cheapest way through it with what earlier messages offer: a letter for
 * a phrase that they named, and for a passage that they hold a quotation by its first and last
 * pieces. The way is found from the end (a shortest path over the pieces, as optimal parsing in
 * LZ77 compressors); work is bounded by a multiple of the text's length, and a text of more than
 * {@link Scope#MOST_PIECES} pieces borrows nothing.
 *
 * @param pieces letters and quotations are pieces too; a quotation equals no other piece
 * @param letters whether any letter stands in them
 * @param quotes whether any quotation does
 */
record Borrowing(Pieces pieces, boolean letters, boolean quotes) {
  private static final int LONGEST_END = 6;

  /** Pieces given up at a passage's end to tell it. */
  private static final int MOST_SHORTENED = 40;

  /** Tokens of a quotation besides its pieces, and of a usual end. */
  private static final int QUOTE_TOKENS = 3;

  private static final int END_TOKENS = 2;
  private static final int WORK_PER_PIECE = 512;

  static Borrowing none(Pieces pieces) {
    return new Borrowing(pieces, false, false);
  }

  static Borrowing of(Pieces pieces, Scope scope, char mark) {
    boolean none = scope.isEmpty() || pieces.kinds().length > Scope.MOST_PIECES;
    return none ? none(pieces) : new Way(pieces, scope, mark).walk();
  }

  boolean isNothing() {
    return !letters && !quotes;
  }

  private static final class Way {
    private final Pieces pieces;
    private final Scope scope;
    private final char mark;
    private final int[] kinds;
    private final int[] costs;

    /** Tokens from each piece to the end. */
    private final int[] left;

    /** How many pieces the best step takes. */
    private final int[] step;

    /** Its letter; 0 for a quotation, or for the piece itself. */
    private final char[] letter;

    /** Where a quotation's passage starts, and how many pieces name it. */
    private final int[] source;

    private final int[] startLength;
    private long workLeft;

    /** How much of the text equals what stands at a place, from this piece and from the next. */
    private Map<Integer, Integer> sharedHere = new HashMap<>();

    private Map<Integer, Integer> sharedLater = new HashMap<>();

    Way(Pieces pieces, Scope scope, char mark) {
      this.pieces = pieces;
      this.scope = scope;
      this.mark = mark;
      int n = pieces.kinds().length;
      int[] shared = pieces.texts().stream().mapToInt(scope::kind).toArray();
      pieces.closed().stream().forEach(kind -> shared[kind] = Scope.NONE);
      kinds = Arrays.stream(pieces.kinds()).map(kind -> shared[kind]).toArray();
      costs = Arrays.stream(pieces.kinds()).map(kind -> pieces.costs()[kind]).toArray();
      left = new int[n + 1];
      step = new int[n];
      letter = new char[n];
      source = new int[n];
      startLength = new int[n];
      workLeft = (long) WORK_PER_PIECE * n;
    }

    Borrowing walk() {
      for (int i = kinds.length - 1; i >= 0; i--) {
        left[i] = left[i + 1] + costs[i];
        step[i] = 1;
        Map<Integer, Integer> before = sharedLater;
        sharedLater = sharedHere;
        sharedHere = before;
        sharedHere.clear();
        if (kinds[i] != Scope.NONE) {
          tryNames(i);
          tryQuotes(i);
        }
      }
      return rewrite();
    }

    private void tryNames(int i) {
      for (Scope.Named named : scope.phrasesFrom(kinds[i])) {
        int end = i + named.pieces().length;
        if (end <= kinds.length
            && 1 + left[end] < left[i]
            && Arrays.equals(kinds, i, end, named.pieces(), 0, named.pieces().length)) {
          left[i] = 1 + left[end];
          step[i] = named.pieces().length;
          letter[i] = named.letter();
        }
      }
    }

    private void tryQuotes(int i) {
      int start = 0;
      for (int length = 1; length <= Scope.LONGEST_START && i + length <= kinds.length; length++) {
        start += costs[i + length - 1];
        int at = length < Scope.SHORTEST_START ? -1 : scope.latest(kinds, i, length);
        int shared = at < 0 ? 0 : shared(at, i);
        int tokens = QUOTE_TOKENS + start + END_TOKENS;
        if (shared > length && tokens + left[i + shared] < left[i]) {
          left[i] = tokens + left[i + shared];
          step[i] = shared;
          letter[i] = 0;
          source[i] = at;
          startLength[i] = length;
        }
      }
    }

    /** Longer by one than one piece later, where the same passage was found there. */
    private int shared(int at, int i) {
      Integer later = sharedLater.get(at + 1);
      int shared =
          later == null
              ? scope.shared(at, kinds, i, (int) Math.max(0, Math.min(workLeft, 1 << 20)))
              : later + 1;
      workLeft -= later == null ? shared : 1;
      sharedHere.put(at, shared);
      return shared;
    }

    private Borrowing rewrite() {
      List<String> texts = new ArrayList<>(pieces.texts());
      Map<Character, Integer> letters = new HashMap<>();
      List<Integer> added = new ArrayList<>();
      BitSet closed = (BitSet) pieces.closed().clone();
      int[] out = new int[kinds.length];
      int size = 0;
      boolean quotes = false;
      for (int i = 0; i < kinds.length; i += step[i]) {
        out[size] = pieces.kinds()[i];
        if (letter[i] != 0) {
          out[size] =
              letters.computeIfAbsent(
                  letter[i], name -> add(String.valueOf(name), 1, texts, added));
        } else if (step[i] > 1) {
          String quotation = quotation(i);
          if (quotation.isEmpty()) {
            step[i] = 1;
          } else {
            int cost = QUOTE_TOKENS + END_TOKENS + startLength[i];
            out[size] = add(quotation, cost, texts, added);
            closed.set(out[size]);
            quotes = true;
          }
        }
        size++;
      }
      int[] allCosts = Arrays.copyOf(pieces.costs(), texts.size());
      for (int k = 0; k < added.size(); k++) {
        allCosts[pieces.texts().size() + k] = added.get(k);
      }
      return new Borrowing(
          new Pieces(texts, allCosts, Arrays.copyOf(out, size), closed),
          !letters.isEmpty(),
          quotes);
    }

    private static int add(String text, int cost, List<String> texts, List<Integer> costs) {
      texts.add(text);
      costs.add(cost);
      return texts.size() - 1;
    }

    /**
     * Shortens the step to where the passage can be told by its start and end; empty where it
     * cannot.
     */
    private String quotation(int i) {
      String start = text(i, i + startLength[i]);
      if (!isPlain(start) || !reads(start, i, startLength[i])) {
        return "";
      }
      int least = Math.max(startLength[i] + 1, step[i] - MOST_SHORTENED);
      for (int taken = step[i]; taken >= least && workLeft > 0; taken--) {
        String end = end(i, taken);
        if (!end.isEmpty() && isWorthwhile(i, taken)) {
          step[i] = taken;
          return Frame.QUOTE + start + Frame.TO + end + mark;
        }
      }
      return "";
    }

    private boolean isWorthwhile(int i, int taken) {
      int start = Arrays.stream(costs, i, i + startLength[i]).sum();
      return Arrays.stream(costs, i, i + taken).sum() > start + QUOTE_TOKENS + END_TOKENS;
    }

    /** The fewest last pieces of the passage that stand nowhere in it before; empty if none. */
    private String end(int i, int taken) {
      int from = source[i] + startLength[i];
      int stop = source[i] + taken;
      int most = Math.min(LONGEST_END, taken - startLength[i]);
      for (int length = 1; length <= most; length++) {
        int at = i + taken - length;
        int[] wanted = Arrays.copyOfRange(kinds, at, at + length);
        int first = scope.first(wanted, from, stop);
        workLeft -= Math.max(1, first - from) / 4;
        if (first == stop - length) {
          String end = text(at, at + length);
          return isPlain(end) && reads(end, at, length) ? end : "";
        }
      }
      return "";
    }

    private static boolean isPlain(String anchor) {
      return anchor.indexOf(Frame.TO) < 0;
    }

    /** Whether the anchor alone is cut into the very pieces that it has in the text. */
    private boolean reads(String anchor, int from, int length) {
      int[] alone = scope.kindsOf(anchor);
      return Arrays.equals(alone, 0, alone.length, kinds, from, from + length);
    }

    private String text(int from, int to) {
      StringBuilder text = new StringBuilder();
      for (int i = from; i < to; i++) {
        text.append(pieces.texts().get(pieces.kinds()[i]));
      }
      return text.toString();
    }
  }
}
