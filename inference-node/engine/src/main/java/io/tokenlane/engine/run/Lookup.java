package io.tokenlane.engine.run;

import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.run.Continuations.Rates;
import io.tokenlane.engine.schedule.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * Looks up what follows the last tokens of a sequence: in its own text (Saxena 2023, "Prompt Lookup
 * Decoding") and in answers of before. Every token that is generated shows how far the lookups
 * could be trusted, whether it was drafted or not.
 *
 * <p>What followed in earlier answers is known to sequences of the same salt only, as are blocks of
 * equal prefixes. Not thread-safe.
 */
final class Lookup {
  private static final int ANSWERS_SLOTS = 1 << 16;
  private static final int[] ANSWERS_LENGTHS = {2, 4, 8};

  /** A long context that stands in the text once is worth more than a short one. */
  private static final int[] TEXT_LENGTHS = {2, 4, 8};

  /** Tokens at the end of a prompt that are looked up. */
  private static final int PROMPT = 1 << 12;

  private static final int SMALLEST = 1 << 9;
  private static final int LARGEST = 1 << 15;

  private final Rates textRates = new Rates(TEXT_LENGTHS.length);
  private final Continuations answers =
      new Continuations(ANSWERS_SLOTS, new Rates(ANSWERS_LENGTHS.length), ANSWERS_LENGTHS);
  private final Votes votes = new Votes();
  private final Trust trust = new Trust();

  /** What is known of a sequence. */
  final class Text {
    private final Sequence sequence;
    private final long seed;
    private @Nullable Continuations own;
    private int learned;

    private Text(Sequence sequence) {
      this.sequence = sequence;
      CacheSalt salt = sequence.blocks().salt();
      seed = salt.high() ^ Long.rotateLeft(salt.low(), 32);
      learned = Math.max(0, sequence.promptLength() - PROMPT);
    }

    /** Made when first wanted: a sequence that waits has no use for it. */
    private Continuations own() {
      Continuations made = own;
      if (made == null) {
        int wanted = Math.clamp(4L * sequence.promptLength(), SMALLEST, LARGEST);
        made = new Continuations(Integer.highestOneBit(wanted), textRates, TEXT_LENGTHS);
        own = made;
      }
      return made;
    }

    /** Takes in what the sequence grew by. */
    void learn() {
      learned = Math.min(learned, sequence.settled());
      for (; learned < sequence.settled(); learned++) {
        if (learned >= sequence.promptLength()) {
          if (predict(sequence.tokens(), learned) > 0) {
            trust.learn(votes, votes.token() == sequence.tokens()[learned]);
          }
          answers.learn(sequence.tokens(), learned, seed);
        }
        own().learn(sequence.tokens(), learned, 0);
      }
    }

    /**
     * How likely {@link #found} is to follow the first {@code end} of these tokens, 0 to 1; 0 if
     * nothing is known.
     */
    float predict(int[] tokens, int end) {
      votes.clear();
      own().ask(tokens, end, 0, votes);
      answers.ask(tokens, end, seed, votes);
      return votes.any() ? trust.share(votes) : 0;
    }

    /** The token of the last {@link #predict} that gave more than 0. */
    int found() {
      return votes.token();
    }
  }

  /** Begins with a sequence. */
  Text open(Sequence sequence) {
    return new Text(sequence);
  }
}
