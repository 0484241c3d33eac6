package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which repeated passages of a text to name. The candidates are the inner nodes of the
 * suffix tree, read off the suffix array; they are taken greedily by the tokens they save, and one
 * whose occurrences an earlier choice has overlapped is put back with what is left of it. The work
 * is bounded by a multiple of the text's length, after which the choice stands as it is.
 */
final class Passages {
  /** Tokens of a symbol in the text, with what it costs by parting its neighbours. */
  private static final int SYMBOL_TOKENS = 2;

  /** Tokens of an entry in the legend besides its passage. */
  private static final int ENTRY_TOKENS = 4;

  private static final int SHORTEST_TOKENS = 4;
  private static final int LEAST_GAIN = 6;
  private static final int WORK_PER_UNIT = 100;

  /** One place of a chosen passage, which is known by its number. */
  record Occurrence(int passage, Span span) {}

  /**
   * The suffixes from low to high in the array begin alike: {@code length} units after skipping.
   */
  private record Candidate(int low, int high, int skip, int length, int gain) {}

  private final String text;
  private final Units units;
  private final TokenCounter counter;
  private final SuffixArray suffixes;
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingInt(Candidate::gain)
              .reversed()
              .thenComparingInt(Candidate::low)
              .thenComparingInt(Candidate::length));
  private final Taken taken;
  private final SortedMap<Integer, Occurrence> chosen = new TreeMap<>();
  private long workLeft;

  Passages(String text, Units units, TokenCounter counter) {
    this.text = text;
    this.units = units;
    this.counter = counter;
    this.taken = new Taken(units.size());
    this.suffixes = SuffixArray.of(units.kinds(), Math.max(1, units.size()));
    this.workLeft = (long) WORK_PER_UNIT * units.size() + WORK_PER_UNIT;
  }

  /** The occurrences to replace by where they start, none overlapping another. */
  SortedMap<Integer, Occurrence> choose(int most) {
    collect();
    int passages = 0;
    while (!queue.isEmpty() && passages < most && workLeft > 0) {
      Candidate candidate = queue.remove();
      int[] places = places(candidate);
      int gain = gain(tokens(candidate), places.length);
      if (gain < LEAST_GAIN) {
        continue;
      }
      if (!queue.isEmpty() && gain < queue.element().gain()) {
        queue.add(withGain(candidate, gain));
      } else if (gain(exactTokens(candidate), places.length) >= LEAST_GAIN) {
        take(candidate, places, passages++);
      }
    }
    return chosen;
  }

  private static Candidate withGain(Candidate c, int gain) {
    return new Candidate(c.low(), c.high(), c.skip(), c.length(), gain);
  }

  private static int gain(int tokens, int places) {
    return tokens < SHORTEST_TOKENS
        ? 0
        : (places - 1) * tokens - places * SYMBOL_TOKENS - ENTRY_TOKENS;
  }

  /** Walks the intervals of suffixes that share a prefix (Abouelhoda, Kurtz and Ohlebusch 2004). */
  private void collect() {
    int[] shared = suffixes.shared();
    Deque<int[]> open = new ArrayDeque<>();
    for (int i = 1; i <= shared.length; i++) {
      int length = i < shared.length ? shared[i] : 0;
      int low = i - 1;
      while (!open.isEmpty() && open.getFirst()[1] > length) {
        int[] closed = open.pop();
        low = closed[0];
        add(low, i - 1, closed[1]);
      }
      if (length > 0 && (open.isEmpty() || open.getFirst()[1] < length)) {
        open.push(new int[] {low, length});
      }
    }
  }

  private void add(int low, int high, int length) {
    int suffix = suffixes.order()[low];
    int from = units.filledFrom(suffix);
    int end = units.filledBefore(suffix + length);
    if (from < end) {
      int gain = gain(units.tokens(from, end), high - low + 1);
      if (gain >= LEAST_GAIN) {
        queue.add(new Candidate(low, high, from - suffix, end - from, gain));
      }
    }
  }

  private int first(Candidate candidate) {
    return suffixes.order()[candidate.low()] + candidate.skip();
  }

  private int tokens(Candidate candidate) {
    int from = first(candidate);
    return units.tokens(from, from + candidate.length());
  }

  /** Counted, not estimated; 0 for a passage that no legend can hold. */
  private int exactTokens(Candidate candidate) {
    String passage = span(first(candidate), candidate.length()).of(text);
    workLeft -= passage.length();
    return Legend.canHold(passage) ? counter.count(passage) : 0;
  }

  /** The units at which the candidate's free occurrences start, none overlapping the one before. */
  private int[] places(Candidate candidate) {
    int[] starts = Arrays.copyOfRange(suffixes.order(), candidate.low(), candidate.high() + 1);
    Arrays.sort(starts);
    workLeft -= starts.length;
    int count = 0;
    int free = 0;
    for (int suffix : starts) {
      int start = suffix + candidate.skip();
      if (start >= free
          && taken.isFree(start, candidate.length())
          && standsAlone(start, candidate)) {
        starts[count++] = start;
        free = start + candidate.length();
      }
    }
    return Arrays.copyOf(starts, count);
  }

  /** Whether a symbol here would touch no word, so that it reads as a word of its own. */
  private boolean standsAlone(int start, Candidate candidate) {
    Span span = span(start, candidate.length());
    boolean before = span.start() == 0 || isGap(text.charAt(span.start() - 1));
    boolean after = span.end() == text.length() || !isWord(text.charAt(span.end()));
    return before && after;
  }

  private static boolean isGap(char c) {
    return Character.isWhitespace(c) || isEastAsian(c);
  }

  private static boolean isWord(char c) {
    return (Character.isLetterOrDigit(c) && !isEastAsian(c)) || Character.isSurrogate(c);
  }

  /** Scripts that write words without gaps, and their punctuation. */
  private static boolean isEastAsian(char c) {
    return c >= 0x2e80 && !Character.isSurrogate(c);
  }

  private void take(Candidate candidate, int[] places, int passage) {
    for (int start : places) {
      taken.take(start, candidate.length());
      Span span = span(start, candidate.length());
      @Nullable Occurrence before = chosen.put(span.start(), new Occurrence(passage, span));
      if (before != null) {
        throw new IllegalStateException("passages " + before + " and " + span + " overlap");
      }
    }
  }

  /** The text of these units without the blank before the first. */
  private Span span(int unit, int length) {
    int start = units.start(unit);
    return new Span(text.charAt(start) == ' ' ? start + 1 : start, units.start(unit + length));
  }
}
