package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    BitSet closed = new BitSet();
    Map<String, Integer> known = new HashMap<>();
    List<String> texts = new ArrayList<>();
    int[] kinds = new int[text.length()];
    int size = 0;
    for (int start = 0; start < text.length(); start = scanner.end()) {
      scanner.scan(start);
      String piece = text.substring(start, scanner.end());
      Integer kind = scanner.isClosed() ? null : known.get(piece);
      if (kind == null) {
        kind = texts.size();
        texts.add(piece);
        if (scanner.isClosed()) {
          closed.set(kind);
        } else {
          known.put(piece, kind);
        }
      }
      kinds[size++] = kind;
    }
    int[] costs = texts.stream().mapToInt(counter::count).toArray();
    return new Pieces(texts, costs, Arrays.copyOf(kinds, size), closed);
  }
}
