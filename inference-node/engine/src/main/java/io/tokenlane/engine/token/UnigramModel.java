package io.tokenlane.engine.token;

/**
 * A unigram language model (Kudo 2018, section 3.2): of all ways to write a piece as tokens, the
 * one of the highest sum of scores, found by Viterbi's algorithm. A character that no token covers
 * costs the lowest score less 10.
 */
public final class UnigramModel extends SubwordModel {
  private static final double UNKNOWN_PENALTY = 10;
  private static final int ROOT = 0;

  private final Vocabulary vocabulary;
  private final Unknown unknown;
  private final double[] scores;
  private final char space;
  private final double unknownScore;
  private final int[] idOfByte;

  /** Children of nodes by character; a node's token is in {@link #tokenOfNode}. */
  private final MergeTable children;

  private final int[] tokenOfNode;

  /**
   * @param scores by id; tokens beyond are found only as added tokens
   * @param space what the vocabulary writes a space as
   * @throws TokenizerException if there are more scores than tokens, or nothing covers unknown
   *     characters
   */
  public UnigramModel(Vocabulary vocabulary, double[] scores, Unknown unknown, char space) {
    if (scores.length > vocabulary.size()) {
      throw new TokenizerException(
          "scores: %d (expected: at most %d, one a token)"
              .formatted(scores.length, vocabulary.size()));
    }
    this.vocabulary = vocabulary;
    this.scores = scores.clone();
    this.unknown = unknown;
    this.space = space;
    idOfByte = unknown.byteIds(vocabulary);
    int characters = 1;
    double lowest = Double.POSITIVE_INFINITY;
    for (int id = 0; id < scores.length; id++) {
      characters += isPiece(id) ? vocabulary.token(id).length() : 0;
      lowest = Math.min(lowest, scores[id]);
    }
    unknownScore = (lowest == Double.POSITIVE_INFINITY ? 0 : lowest) - UNKNOWN_PENALTY;
    children = new MergeTable(characters);
    IntList tokens = new IntList();
    tokens.add(-1);
    for (int id = 0; id < scores.length; id++) {
      if (isPiece(id)) {
        addPiece(id, tokens);
      }
    }
    tokenOfNode = tokens.toArray();
  }

  /** Whether text may become this token: control tokens and bytes are not written. */
  private boolean isPiece(int id) {
    AddedToken added = vocabulary.added(id);
    boolean written = added == null || !added.special();
    return written && id != unknown.id() && !TokenBytes.isByte(vocabulary.token(id));
  }

  private void addPiece(int id, IntList tokens) {
    String token = vocabulary.token(id);
    int node = ROOT;
    for (int i = 0; i < token.length(); i++) {
      long child = children.find(node, token.charAt(i));
      if (child == MergeTable.NONE) {
        child = tokens.size();
        children.add(node, token.charAt(i), 0, tokens.size());
        tokens.add(-1);
      }
      node = (int) child;
    }
    if (node != ROOT && tokens.items()[node] < 0) {
      tokens.items()[node] = id;
    }
  }

  @Override
  Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  boolean isByteLevel() {
    return false;
  }

  @Override
  char space() {
    return space;
  }

  @Override
  PieceEncoder encoder() {
    return new Lattice();
  }

  /** The best path to each position of a piece. */
  private final class Lattice implements PieceEncoder {
    private static final int UNKNOWN = -2;

    private double[] best = new double[0];
    private int[] token = new int[0];
    private int[] start = new int[0];

    @Override
    public void text(String text, int from, int to, IntList ids) {
      int length = to - from;
      reserve(length);
      best[0] = 0;
      for (int at = 0; at < length; ) {
        int width = Character.charCount(text.codePointAt(from + at));
        extend(text, from, at, length, width);
        at += width;
      }
      write(text, from, length, ids);
    }

    private void reserve(int length) {
      if (best.length <= length) {
        best = new double[length + 1];
        token = new int[length + 1];
        start = new int[length + 1];
      }
      java.util.Arrays.fill(best, 0, length + 1, Double.NEGATIVE_INFINITY);
    }

    private void extend(String text, int from, int at, int length, int width) {
      boolean single = false;
      int node = ROOT;
      for (int end = at; end < length; end++) {
        char c = text.charAt(from + end);
        long child = children.find(node, c == ' ' ? space : c);
        if (child == MergeTable.NONE) {
          break;
        }
        node = (int) child;
        int id = tokenOfNode[node];
        if (id >= 0) {
          offer(at, end + 1, best[at] + scores[id], id);
          single |= end + 1 - at == width;
        }
      }
      if (!single) {
        offer(at, at + width, best[at] + unknownScore, UNKNOWN);
      }
    }

    private void offer(int from, int to, double score, int id) {
      if (score > best[to]) {
        best[to] = score;
        token[to] = id;
        start[to] = from;
      }
    }

    private void write(String text, int from, int length, IntList ids) {
      int count = 0;
      for (int end = length; end > 0; end = start[end]) {
        // Visited ends, last first, go where their scores were.
        best[count++] = end;
      }
      int unknownFrom = -1;
      for (int i = count - 1; i >= 0; i--) {
        int end = (int) best[i];
        if (token[end] == UNKNOWN) {
          unknownFrom = unknownFrom < 0 ? start[end] : unknownFrom;
          continue;
        }
        writeUnknown(text, from, unknownFrom, start[end], ids);
        unknownFrom = -1;
        ids.add(token[end]);
      }
      writeUnknown(text, from, unknownFrom, length, ids);
    }

    private void writeUnknown(String text, int from, int first, int end, IntList ids) {
      if (first >= 0) {
        byte[] bytes = Utf8.encode(text.substring(from + first, from + end));
        bytes(bytes, 0, bytes.length, ids);
      }
    }

    @Override
    public void bytes(byte[] bytes, int from, int to, IntList ids) {
      boolean known = true;
      for (int i = from; i < to; i++) {
        known &= idOfByte[bytes[i] & 0xFF] >= 0;
      }
      if (!known && unknown.id() >= 0) {
        ids.add(unknown.id());
      }
      for (int i = from; known && i < to; i++) {
        ids.add(idOfByte[bytes[i] & 0xFF]);
      }
    }
  }
}
