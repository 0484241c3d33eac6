package io.tokenlane.bench.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A vocabulary of byte-level merges as large as a real one: the 256 bytes, tokens that join two
 * earlier ones and are up to {@link #LONGEST} letters long, and at the end control tokens.
 */
final class RandomVocabulary {
  private static final int BYTES = 256;
  private static final int CONTROLS = 256;
  private static final int LONGEST = 12;
  private static final int NORMAL_TYPE = 1;
  private static final int CONTROL_TYPE = 3;

  private final List<String> tokens = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();

  /**
   * Makes one, the same for the same size.
   *
   * @param size 1,024 or more
   */
  RandomVocabulary(int size) {
    SplittableRandom random = new SplittableRandom(size);
    for (int value = 0; value < BYTES; value++) {
      tokens.add(letter(value));
    }
    Set<String> known = new HashSet<>(tokens);
    while (tokens.size() < size - CONTROLS) {
      String left = word(random);
      String right = word(random);
      if (left.length() + right.length() <= LONGEST && known.add(left + right)) {
        tokens.add(left + right);
        merges.add(left + " " + right);
      }
    }
    while (tokens.size() < size) {
      tokens.add("<|control_" + (size - tokens.size()) + "|>");
    }
  }

  /** One of the lower-case letters, or of the tokens made so far. */
  private String word(SplittableRandom random) {
    int made = tokens.size() - BYTES;
    int pick = random.nextInt(made + 26);
    return pick < 26 ? letter('a' + pick) : tokens.get(BYTES + pick - 26);
  }

  /** The letter that stands for a byte in byte-level vocabularies (GPT-2's). */
  private static String letter(int value) {
    long before = IntStream.range(0, value).filter(other -> !standsForItself(other)).count();
    return Character.toString(standsForItself(value) ? value : BYTES + (int) before);
  }

  private static boolean standsForItself(int value) {
    return value < 0x7F ? value > ' ' : value > 0xA0 && value != 0xAD;
  }

  List<String> tokens() {
    return tokens;
  }

  List<String> merges() {
    return merges;
  }

  /** As GGUF counts the types of tokens. */
  int type(int id) {
    return id < tokens.size() - CONTROLS ? NORMAL_TYPE : CONTROL_TYPE;
  }
}
