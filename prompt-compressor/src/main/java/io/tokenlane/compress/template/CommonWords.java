package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The longest sequence that two sequences of words have in common, by Myers' difference algorithm
 * (An O(ND) Difference Algorithm and Its Variations, 1986).
 *
 * @param words those in common
 * @param left where each stands in the first sequence
 * @param right where each stands in the second
 */
record CommonWords(
    List<String> words, List<Integer> left, List<Integer> right, int leftSize, int rightSize) {
  /** Sequences that differ in more words are not compared: time and memory grow with the square. */
  private static final int MOST_DIFFERENCES = 3000;

  /** Empty if the sequences differ too much. */
  static Optional<CommonWords> of(List<String> a, List<String> b) {
    int offset = MOST_DIFFERENCES + 1;
    int[] reach = new int[2 * offset + 1];
    List<int[]> history = new ArrayList<>();
    for (int d = 0; d <= MOST_DIFFERENCES; d++) {
      history.add(Arrays.copyOfRange(reach, offset - d, offset + d + 1));
      for (int k = -d; k <= d; k += 2) {
        boolean down = k == -d || (k != d && reach[offset + k - 1] < reach[offset + k + 1]);
        int x = down ? reach[offset + k + 1] : reach[offset + k - 1] + 1;
        while (x < a.size() && x - k < b.size() && a.get(x).equals(b.get(x - k))) {
          x++;
        }
        reach[offset + k] = x;
        if (x >= a.size() && x - k >= b.size()) {
          return Optional.of(trace(a, b, history));
        }
      }
    }
    return Optional.empty();
  }

  /** Walks back from the ends along the furthest paths. */
  private static CommonWords trace(List<String> a, List<String> b, List<int[]> history) {
    List<Integer> left = new ArrayList<>();
    List<Integer> right = new ArrayList<>();
    int x = a.size();
    int y = b.size();
    for (int d = history.size() - 1; d >= 0; d--) {
      int[] reach = history.get(d);
      int k = x - y;
      boolean down = d == 0 || k == -d || (k != d && at(reach, d, k - 1) < at(reach, d, k + 1));
      int from = d == 0 ? 0 : down ? at(reach, d, k + 1) : at(reach, d, k - 1);
      int fromY = d == 0 ? 0 : down ? from - k - 1 : from - k + 1;
      while (x > Math.max(from, 0) && y > Math.max(fromY, 0) && a.get(x - 1).equals(b.get(y - 1))) {
        left.add(--x);
        right.add(--y);
      }
      x = from;
      y = fromY;
    }
    List<Integer> lefts = left.reversed();
    return new CommonWords(
        lefts.stream().map(a::get).toList(), lefts, right.reversed(), a.size(), b.size());
  }

  private static int at(int[] reach, int d, int k) {
    return reach[k + d];
  }

  /**
   * Where words were left out, before the word in common of that number.
   *
   * @param before the same for the first sequence
   */
  BitSet breaks(BitSet before) {
    BitSet breaks = new BitSet();
    for (int i = 0; i <= words.size(); i++) {
      int from = i == 0 ? 0 : left.get(i - 1) + 1;
      int to = i == words.size() ? leftSize : left.get(i);
      int fromRight = i == 0 ? 0 : right.get(i - 1) + 1;
      int toRight = i == words.size() ? rightSize : right.get(i);
      int broken = before.nextSetBit(from);
      if (from < to || fromRight < toRight || (broken >= 0 && broken <= to)) {
        breaks.set(i);
      }
    }
    return breaks;
  }
}
