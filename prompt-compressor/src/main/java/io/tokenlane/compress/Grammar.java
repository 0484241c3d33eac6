package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A text as a grammar that makes only this text: its phrases are found round by round, so a phrase
 * may hold others. Body 0 is the text; an element below the number of kinds is a piece, one above
 * is a phrase.
 */
final class Grammar {
  private static final int MOST_ROUNDS = 4;

  /** No further round follows one that saved less than this part of the text. */
  private static final int LEAST_PART = 64;

  private final Pieces pieces;
  private final int kinds;
  private final int leastGain;
  private final List<int[]> bodies = new ArrayList<>();
  private final BitSet inlined = new BitSet();

  private Grammar(Pieces pieces, int leastGain) {
    this.pieces = pieces;
    this.leastGain = leastGain;
    this.kinds = pieces.texts().size();
    bodies.add(pieces.kinds());
  }

  /**
   * @param leastGain tokens that a phrase must save
   */
  static Grammar of(Pieces pieces, int mostPhrases, int leastGain) {
    Grammar grammar = new Grammar(pieces, leastGain);
    int least = Math.max(1, grammar.tokens() / LEAST_PART);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      if (grammar.round(mostPhrases - grammar.bodies.size() + 1) < least) {
        break;
      }
    }
    grammar.inlineUnprofitable();
    return grammar;
  }

  /** Whether no phrase is worth a name. */
  boolean isPlain() {
    return inlined.cardinality() == bodies.size() - 1;
  }

  /** Whether a phrase is written out wherever it stands. */
  boolean isInlined(int phrase) {
    return inlined.get(phrase);
  }

  /** The phrase that an element stands for; 0 for a piece. */
  int phrase(int element) {
    return element < kinds ? 0 : element - kinds;
  }

  int[] body(int phrase) {
    return bodies.get(phrase);
  }

  String piece(int element) {
    return pieces.texts().get(element);
  }

  private int cost(int element) {
    return element < kinds ? pieces.costs()[element] : 1;
  }

  private int tokens() {
    int tokens = 0;
    for (int kind : pieces.kinds()) {
      tokens += pieces.costs()[kind];
    }
    return tokens;
  }

  /** The tokens that the phrases of this round save. */
  private int round(int most) {
    int length = bodies.stream().mapToInt(body -> body.length + 1).sum();
    if (length > SuffixArray.LONGEST || most <= 0) {
      return 0;
    }
    int[] all = new int[length];
    BitSet ends = new BitSet(length);
    int at = 0;
    for (int[] body : bodies) {
      System.arraycopy(body, 0, all, at, body.length);
      at += body.length;
      ends.set(at++);
    }
    Repeated repeated = Repeated.in(all, kinds + bodies.size(), ends);
    List<Phrases.Phrase> chosen =
        new Phrases(repeated, tokens(all, repeated), leastGain).choose(most);
    replace(all, ends, chosen);
    return chosen.stream().mapToInt(Phrases.Phrase::gain).sum();
  }

  private int[] tokens(int[] all, Repeated repeated) {
    int[] tokens = new int[repeated.sequence().length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = repeated.closed().get(i) ? 0 : cost(all[repeated.places()[i]]);
    }
    return tokens;
  }

  private void replace(int[] all, BitSet ends, List<Phrases.Phrase> chosen) {
    int[] nameAt = new int[all.length];
    int[] skip = new int[all.length];
    int first = bodies.size();
    List<int[]> added = new ArrayList<>();
    for (Phrases.Phrase phrase : chosen) {
      int start = phrase.starts()[0];
      added.add(Arrays.copyOfRange(all, start, start + phrase.length()));
      for (int place : phrase.starts()) {
        nameAt[place] = kinds + first + added.size() - 1;
        skip[place] = phrase.length();
      }
    }
    rewrite(all, ends, nameAt, skip);
    bodies.addAll(added);
  }

  private void rewrite(int[] all, BitSet ends, int[] nameAt, int[] skip) {
    int at = 0;
    for (int b = 0; b < bodies.size(); b++) {
      int end = ends.nextSetBit(at);
      int[] body = new int[end - at];
      int size = 0;
      while (at < end) {
        body[size++] = skip[at] > 0 ? nameAt[at] : all[at];
        at += Math.max(1, skip[at]);
      }
      bodies.set(b, Arrays.copyOf(body, size));
      at = end + 1;
    }
  }

  /** Later rounds may leave a phrase with too few uses or too little text to pay for its name. */
  private void inlineUnprofitable() {
    int[] uses = uses();
    boolean changed = true;
    while (changed) {
      changed = false;
      int[] tokens = new int[bodies.size()];
      for (int phrase = 1; phrase < bodies.size(); phrase++) {
        if (!inlined.get(phrase)
            && Phrases.gain(tokens(phrase, tokens), uses[phrase]) < leastGain) {
          inline(phrase, uses);
          changed = true;
        }
      }
    }
  }

  private int[] uses() {
    int[] uses = new int[bodies.size()];
    for (int[] body : bodies) {
      for (int element : body) {
        uses[phrase(element)]++;
      }
    }
    return uses;
  }

  private void inline(int phrase, int[] uses) {
    inlined.set(phrase);
    for (int element : bodies.get(phrase)) {
      if (phrase(element) > 0) {
        uses[phrase(element)] += uses[phrase] - 1;
      }
    }
  }

  /**
   * What a phrase's body costs where it is written out.
   *
   * @param known what was found before, 0 where nothing was
   */
  private int tokens(int phrase, int[] known) {
    if (known[phrase] == 0) {
      for (int element : bodies.get(phrase)) {
        int inner = phrase(element);
        known[phrase] += inlined.get(inner) ? tokens(inner, known) : cost(element);
      }
    }
    return known[phrase];
  }
}
