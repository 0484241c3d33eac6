package io.tokenlane.engine.token;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A vocabulary, the symbols it starts from and what merges. Three kinds: byte-level (GPT-2 and its
 * heirs), characters with an explicit list of merges, and characters merged by the scores of the
 * tokens they make (SentencePiece's BPE).
 */
public final class BpeModel extends SubwordModel {
  private final Vocabulary vocabulary;
  private final Alphabet alphabet;
  private final MergeTable merges;
  private final boolean byteLevel;
  private final char space;
  private final boolean wholePieces;

  /**
   * Two tokens that merge into the token of their joined texts.
   *
   * @param left its text, as in the model's files
   * @param right its text, as in the model's files
   */
  public record Merge(String left, String right) {

    /**
     * Reads {@code "left right"}.
     *
     * @throws TokenizerException if there is not exactly one space
     */
    public static Merge parse(String text) {
      int space = text.indexOf(' ');
      if (space < 1 || space == text.length() - 1 || text.indexOf(' ', space + 1) >= 0) {
        throw new TokenizerException("merge: " + text + " (expected: two tokens and one space)");
      }
      return new Merge(text.substring(0, space), text.substring(space + 1));
    }
  }

  private BpeModel(
      Vocabulary vocabulary,
      Alphabet alphabet,
      MergeTable merges,
      boolean byteLevel,
      char space,
      boolean wholePieces) {
    this.vocabulary = vocabulary;
    this.alphabet = alphabet;
    this.merges = merges;
    this.byteLevel = byteLevel;
    this.space = space;
    this.wholePieces = wholePieces;
  }

  /**
   * Byte-level BPE.
   *
   * @param merges in order of rank
   * @param ignoreMerges whether a piece that is a token is that token, whatever the merges say
   * @throws TokenizerException if a byte has no token, or a merge names an unknown one
   */
  public static BpeModel byteLevel(
      Vocabulary vocabulary, List<Merge> merges, boolean ignoreMerges) {
    ByteAlphabet alphabet = new ByteAlphabet(vocabulary);
    MergeTable table = new MergeTable(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      table.add(
          known(vocabulary.find(merge.left()), merge.left(), merge),
          known(vocabulary.find(merge.right()), merge.right(), merge),
          rank,
          joined(vocabulary, merge));
    }
    return new BpeModel(vocabulary, alphabet, table, true, ByteLevel.character(' '), ignoreMerges);
  }

  /**
   * BPE over characters.
   *
   * @param merges in order of rank
   * @param unknown what becomes of characters that are no tokens
   * @param space what the vocabulary writes a space as
   * @throws TokenizerException if a byte has no token, or a merge names an unknown one
   */
  public static BpeModel characters(
      Vocabulary vocabulary,
      List<Merge> merges,
      boolean ignoreMerges,
      Unknown unknown,
      char space) {
    CharacterAlphabet alphabet = CharacterAlphabet.ofTokens(vocabulary, unknown, space);
    MergeTable table = new MergeTable(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      table.add(
          known(alphabet.symbol(merge.left(), vocabulary::find), merge.left(), merge),
          known(alphabet.symbol(merge.right(), vocabulary::find), merge.right(), merge),
          rank,
          joined(vocabulary, merge));
    }
    return new BpeModel(vocabulary, alphabet, table, false, space, ignoreMerges);
  }

  /**
   * SentencePiece's BPE: of the neighbours whose joined text is a token, those making the token of
   * the highest score merge first (Kudo and Richardson 2018).
   *
   * @param scores by id
   * @throws TokenizerException if a byte has no token, or there is not one score a token
   */
  public static BpeModel scored(Vocabulary vocabulary, float[] scores) {
    if (scores.length != vocabulary.size()) {
      throw new TokenizerException(
          "scores: %d (expected: %d, one a token)".formatted(scores.length, vocabulary.size()));
    }
    CharacterAlphabet alphabet = CharacterAlphabet.ofParts(vocabulary, Unknown.BYTES);
    int characters = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      characters += vocabulary.token(id).length();
    }
    MergeTable table = new MergeTable(characters);
    Map<Float, Integer> ranks = ranks(scores);
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.isOrdinary(id) && !TokenBytes.isByte(vocabulary.token(id))) {
        addSplits(id, ranks.getOrDefault(scores[id], 0), vocabulary, alphabet, table);
      }
    }
    return new BpeModel(vocabulary, alphabet, table, false, CharacterAlphabet.SPACE, false);
  }

  private static Map<Float, Integer> ranks(float[] scores) {
    TreeMap<Float, Integer> ranks = new TreeMap<>();
    for (float score : scores) {
      ranks.put(score, 0);
    }
    int rank = 0;
    for (var entry : ranks.descendingMap().entrySet()) {
      entry.setValue(rank++);
    }
    return ranks;
  }

  /** Adds every way to make a token of two symbols. */
  private static void addSplits(
      int id, int rank, Vocabulary vocabulary, CharacterAlphabet alphabet, MergeTable table) {
    String token = vocabulary.token(id);
    for (int at = 1; at < token.length(); at++) {
      if (Character.isLowSurrogate(token.charAt(at))) {
        continue;
      }
      int left = alphabet.symbol(token.substring(0, at), vocabulary::findOrdinary);
      int right = alphabet.symbol(token.substring(at), vocabulary::findOrdinary);
      if (left >= 0 && right >= 0) {
        table.add(left, right, rank, id);
      }
    }
  }

  private static int joined(Vocabulary vocabulary, Merge merge) {
    String text = merge.left() + merge.right();
    return known(vocabulary.find(text), text, merge);
  }

  private static int known(int id, String token, Merge merge) {
    if (id < 0) {
      throw new TokenizerException(
          "merge %s %s: %s is no token (expected: tokens of the vocabulary)"
              .formatted(merge.left(), merge.right(), token));
    }
    return id;
  }

  @Override
  Vocabulary vocabulary() {
    return vocabulary;
  }

  Alphabet alphabet() {
    return alphabet;
  }

  MergeTable merges() {
    return merges;
  }

  @Override
  boolean isByteLevel() {
    return byteLevel;
  }

  @Override
  char space() {
    return space;
  }

  @Override
  PieceEncoder encoder() {
    return new BpeEncoder(this);
  }

  /** Whether a piece that is a token needs no merging. */
  boolean takesWholePieces() {
    return wholePieces;
  }
}
