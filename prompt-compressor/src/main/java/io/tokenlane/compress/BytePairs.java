package io.tokenlane.compress;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts tokens of byte-pair encoding (Sennrich et al., 2016): a pattern cuts the text into pieces;
 * in each the two neighbours that make the token of the lowest rank are merged, the leftmost of
 * equals first, until no two make a token. Thread-safe.
 */
final class BytePairs {
  /** Up to so many bytes looking at all neighbours anew is faster than a queue of them. */
  private static final int SHORT = 64;

  private final Pattern pieces;
  private final ByteRanks ranks;

  BytePairs(Pattern pieces, ByteRanks ranks) {
    this.pieces = pieces;
    this.ranks = ranks;
  }

  /** Tokens of the text, none of them a special one. */
  int count(String text) {
    int tokens = 0;
    for (Matcher piece = pieces.matcher(text); piece.find(); ) {
      tokens += tokens(bytes(piece));
    }
    return tokens;
  }

  /** The rank of a text that is one token; {@code Integer.MAX_VALUE} where it is several. */
  int rank(String text) {
    Matcher piece = pieces.matcher(text);
    if (!piece.find() || piece.end() != text.length()) {
      return Integer.MAX_VALUE;
    }
    byte[] bytes = bytes(piece);
    return ranks.rank(bytes, 0, bytes.length);
  }

  private static byte[] bytes(Matcher piece) {
    return piece.group().getBytes(StandardCharsets.UTF_8);
  }

  private int tokens(byte[] piece) {
    if (ranks.rank(piece, 0, piece.length) != Integer.MAX_VALUE) {
      return 1;
    }
    return piece.length <= SHORT ? mergedShort(piece) : new Merging(piece).tokens();
  }

  private int mergedShort(byte[] piece) {
    // Where parts begin; each ends where the next one begins.
    int[] begins = new int[piece.length + 1];
    int[] pairs = new int[piece.length];
    Arrays.setAll(begins, i -> i);
    int parts = piece.length;
    for (int i = 0; i + 1 < parts; i++) {
      pairs[i] = ranks.rank(piece, i, i + 2);
    }
    while (parts > 1) {
      int best = 0;
      for (int i = 1; i + 1 < parts; i++) {
        best = pairs[i] < pairs[best] ? i : best;
      }
      if (pairs[best] == Integer.MAX_VALUE) {
        break;
      }
      System.arraycopy(begins, best + 2, begins, best + 1, parts - best - 1);
      System.arraycopy(pairs, best + 1, pairs, best, parts - best - 2);
      parts--;
      if (best + 1 < parts) {
        pairs[best] = ranks.rank(piece, begins[best], begins[best + 2]);
      }
      if (best > 0) {
        pairs[best - 1] = ranks.rank(piece, begins[best - 1], begins[best + 1]);
      }
    }
    return parts;
  }

  /** A long piece, its parts as a linked list by where they begin. */
  private final class Merging {
    private final byte[] piece;
    private final int[] next;
    private final int[] before;
    private final boolean[] merged;

    /** Rank of two neighbours above, where they begin below. */
    private final PriorityQueue<Long> pairs = new PriorityQueue<>();

    Merging(byte[] piece) {
      this.piece = piece;
      this.next = new int[piece.length + 1];
      this.before = new int[piece.length + 1];
      this.merged = new boolean[piece.length + 1];
      Arrays.setAll(next, i -> i + 1);
      Arrays.setAll(before, i -> i - 1);
      for (int i = 0; i < piece.length; i++) {
        offer(i);
      }
    }

    private int rank(int begin) {
      int second = next[begin];
      return second >= piece.length ? Integer.MAX_VALUE : ranks.rank(piece, begin, next[second]);
    }

    private void offer(int begin) {
      int rank = rank(begin);
      if (rank != Integer.MAX_VALUE) {
        pairs.add((long) rank << Integer.SIZE | begin);
      }
    }

    int tokens() {
      int parts = piece.length;
      for (Long pair = pairs.poll(); pair != null; pair = pairs.poll()) {
        int begin = pair.intValue();
        // One of the two has been merged with another since.
        if (merged[begin] || rank(begin) != pair >>> Integer.SIZE) {
          continue;
        }
        int second = next[begin];
        merged[second] = true;
        next[begin] = next[second];
        before[next[second]] = begin;
        parts--;
        offer(begin);
        if (before[begin] >= 0) {
          offer(before[begin]);
        }
      }
      return parts;
    }
  }
}
