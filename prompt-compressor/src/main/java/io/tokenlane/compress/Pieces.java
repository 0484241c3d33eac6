package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A text cut where byte-pair tokenizers cut it before they merge: see {@link PieceScanner}. Equal
 * pieces have equal kinds; placeholders and guarded spans are pieces that equal no other.
 *
 * @param texts the text of each kind
 * @param costs the tokens of each kind
 * @param kinds the kinds of the pieces in order
 * @param closed the kinds that equal no other
 */
@SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
record Pieces(List<String> texts, int[] costs, int[] kinds, BitSet closed) {
  /**
   * @param guarded spans that are pieces of their own
   */
  static Pieces of(String text, BitSet guarded, TokenCounter counter) {
    PieceScanner scanner = new PieceScanner(text, guarded);
    Known known = new Known(text);
    BitSet closed = new BitSet();
    int[] kinds = new int[text.length()];
    int size = 0;
    for (int start = 0; start < text.length(); start = scanner.end()) {
      scanner.scan(start);
      if (scanner.isClosed()) {
        closed.set(known.texts.size());
        kinds[size++] = known.add(start, scanner.end());
      } else {
        kinds[size++] = known.kind(start, scanner.end());
      }
    }
    List<String> texts = known.texts;
    int[] costs = new int[texts.size()];
    for (int kind = 0; kind < costs.length; kind++) {
      costs[kind] = counter.count(texts.get(kind));
    }
    return new Pieces(texts, costs, Arrays.copyOf(kinds, size), closed);
  }

  /** The kinds by their text: open addressing, at most half full. */
  private static final class Known {
    private static final int FEWEST_SLOTS = 256;

    /** Unknown to whoever wrote the text, so that no text makes many kinds share a slot. */
    private static final int SEED = new SplittableRandom().nextInt();

    private final String text;
    private final List<String> texts = new ArrayList<>();

    /** One more than the kind; 0 for a free slot. */
    private int[] slots = new int[FEWEST_SLOTS];

    private int[] hashes = new int[FEWEST_SLOTS];
    private int used;

    Known(String text) {
      this.text = text;
    }

    int add(int start, int end) {
      texts.add(text.substring(start, end));
      return texts.size() - 1;
    }

    int kind(int start, int end) {
      int hash = hash(start, end);
      int slot = hash & (slots.length - 1);
      while (slots[slot] != 0) {
        if (hashes[slot] == hash && isText(texts.get(slots[slot] - 1), start, end)) {
          return slots[slot] - 1;
        }
        slot = (slot + 1) & (slots.length - 1);
      }
      int kind = add(start, end);
      slots[slot] = kind + 1;
      hashes[slot] = hash;
      used++;
      grow();
      return kind;
    }

    private boolean isText(String known, int start, int end) {
      return known.length() == end - start && text.startsWith(known, start);
    }

    private int hash(int start, int end) {
      int hash = SEED;
      for (int i = start; i < end; i++) {
        hash = (hash ^ text.charAt(i)) * 0x9E3779B1;
        hash ^= hash >>> 15;
      }
      return hash;
    }

    private void grow() {
      if (2 * used <= slots.length) {
        return;
      }
      int[] before = slots;
      int[] hashesBefore = hashes;
      slots = new int[2 * before.length];
      hashes = new int[2 * before.length];
      for (int i = 0; i < before.length; i++) {
        if (before[i] != 0) {
          int slot = hashesBefore[i] & (slots.length - 1);
          while (slots[slot] != 0) {
            slot = (slot + 1) & (slots.length - 1);
          }
          slots[slot] = before[i];
          hashes[slot] = hashesBefore[i];
        }
      }
    }
  }
}
