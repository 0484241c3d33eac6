package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of earlier messages, found by how a passage begins: the latest place of each two,
 * three and four pieces in a row; and the phrases that they named. Of all messages together, pieces
 * beyond the first {@link #MOST_PIECES} are not kept.
 */
final class Scope {
  static final int SHORTEST_START = 2;
  static final int LONGEST_START = 4;

  /** As many tokens, about, as most models read; up to 50 MB where all differ. */
  static final int MOST_PIECES = 1 << 18;

  /** A piece that equals no other. */
  static final int NONE = -1;

  /** A phrase as pieces. */
  @SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
  record Named(int[] pieces, char letter) {}

  private final Map<String, Integer> kinds = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private final List<Starts> starts =
      IntStream.rangeClosed(SHORTEST_START, LONGEST_START).mapToObj(Starts::new).toList();
  private final Map<Integer, List<Named>> phrases = new HashMap<>();
  private final Map<Character, String> names = new HashMap<>();
  private int[] pieces = new int[1024];
  private int size;

  /** One more message. */
  void add(String text, Map<Character, String> named) {
    int from = size;
    PieceScanner scanner = new PieceScanner(text, new BitSet());
    for (int at = 0; at < text.length() && size < MOST_PIECES; at = scanner.end()) {
      scanner.scan(at);
      append(scanner.isClosed() ? NONE : known(text.substring(at, scanner.end())));
    }
    append(NONE);
    for (int start = from; start < size; start++) {
      addStarts(start);
    }
    named.forEach(this::name);
  }

  /** Those at a place that hold no piece which equals no other. */
  private void addStarts(int at) {
    int open = 0;
    while (open < LONGEST_START && pieces[at + open] != NONE) {
      open++;
    }
    for (int length = SHORTEST_START; length <= open; length++) {
      starts.get(length - SHORTEST_START).add(pieces, at);
    }
  }

  private int known(String piece) {
    return kinds.computeIfAbsent(piece, this::newKind);
  }

  private int newKind(String text) {
    texts.add(text);
    return texts.size() - 1;
  }

  private void append(int kind) {
    if (size == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * size);
    }
    pieces[size++] = kind;
  }

  private void name(char letter, String phrase) {
    names.put(letter, phrase);
    int[] kindsOfIt = kindsOf(phrase);
    if (kindsOfIt.length > 0 && Arrays.stream(kindsOfIt).noneMatch(kind -> kind == NONE)) {
      phrases
          .computeIfAbsent(kindsOfIt[0], _ -> new ArrayList<>())
          .add(new Named(kindsOfIt, letter));
    }
  }

  private record Part(String text, boolean open) {}

  private static List<Part> parts(String text) {
    PieceScanner scanner = new PieceScanner(text, new BitSet());
    List<Part> parts = new ArrayList<>();
    for (int start = 0; start < text.length(); start = scanner.end()) {
      scanner.scan(start);
      parts.add(new Part(text.substring(start, scanner.end()), !scanner.isClosed()));
    }
    return parts;
  }

  /** The pieces of a text by their kinds; {@link #NONE} for one that no earlier message holds. */
  int[] kindsOf(String text) {
    return parts(text).stream().mapToInt(p -> p.open() ? kind(p.text()) : NONE).toArray();
  }

  int kind(String piece) {
    return kinds.getOrDefault(piece, NONE);
  }

  /** Phrases with a name that begin with this piece. */
  List<Named> phrasesFrom(int kind) {
    return phrases.getOrDefault(kind, List.of());
  }

  @Nullable String named(char letter) {
    return names.get(letter);
  }

  Map<Character, String> names() {
    return Map.copyOf(names);
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The latest place that begins like this; -1 if there is none. */
  int latest(int[] sequence, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (i >= sequence.length || sequence[i] == NONE) {
        return -1;
      }
    }
    return starts.get(length - SHORTEST_START).latest(pieces, sequence, from);
  }

  /** How many pieces from {@code at} on equal those of the sequence, at most {@code most}. */
  int shared(int at, int[] sequence, int from, int most) {
    int length = 0;
    while (length < most
        && at + length < size
        && from + length < sequence.length
        && pieces[at + length] != NONE
        && pieces[at + length] == sequence[from + length]) {
      length++;
    }
    return length;
  }

  /** The first place from {@code at} on, before {@code limit}, with these pieces; -1 if none. */
  int first(int[] wanted, int at, int limit) {
    for (int i = at; i + wanted.length <= limit && pieces[i] != NONE; i++) {
      if (Arrays.equals(pieces, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The latest passage that begins with {@code start}, up to where first stands {@code end}.
   *
   * @throws IllegalArgumentException if there is none
   */
  String passage(String start, String end) {
    int[] first = kindsOf(start);
    int[] last = kindsOf(end);
    int at =
        first.length < SHORTEST_START || first.length > LONGEST_START
            ? -1
            : latest(first, 0, first.length);
    int stop = at < 0 || last.length == 0 ? -1 : first(last, at + first.length, size);
    if (stop < 0) {
      throw new IllegalArgumentException(
          "quotation: " + start + "…" + end + " (expected: a passage of an earlier message)");
    }
    StringBuilder passage = new StringBuilder();
    for (int i = at; i < stop + last.length; i++) {
      passage.append(texts.get(pieces[i]));
    }
    return passage.toString();
  }
}
