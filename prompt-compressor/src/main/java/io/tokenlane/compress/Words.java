package io.tokenlane.compress;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words that grammar needs and meaning mostly does not, by how much is lost without them. The
 * order is part of the format of a {@link Sidecar}: words are only ever added at the end.
 */
final class Words {
  private static final List<String> SAFE =
      List.of(
          ("a an the is are was were be been being am of that which very really quite just please"
                  + " kindly simply basically actually also there in on at for with by as and it"
                  + " its this these those their your our his her my you we they i he she them us"
                  + " me him has have had having do does did doing to then so such into about"
                  + " here some own both once more most too well make makes sure using used use"
                  + " based same over again further through during given provide provided")
              .split(" "));

  private static final List<String> AGGRESSIVE =
      List.of(
          ("who whom whose what when where while how other same over under again further through"
                  + " during between up out off down than make makes made sure using used use based"
                  + " given give provide provided provides following follow include including"
                  + " includes included get gets got let lets like want wants able various certain"
                  + " specific appropriate necessary relevant important clear clearly carefully"
                  + " properly directly easily fully however therefore thus hence moreover"
                  + " furthermore additionally overall generally typically usually often different"
                  + " many much one way within across along per via because since although though"
                  + " rather instead even still now new help helps ensure always first take takes"
                  + " look looks looking see need needs able above below around another something"
                  + " anything everything good great best better right really work works"
                  + " working contains contain shown show shows set sets part parts type kind case"
                  + " cases example examples etc information details detailed list lists")
              .split(" "));

  /** What turns the meaning of the word before or after it; such a word's neighbour stays. */
  private static final Set<String> TURNING =
      Set.of(
          "not", "no", "never", "none", "nor", "neither", "without", "cannot", "can", "could",
          "may", "might", "must", "shall", "should", "will", "would", "need", "only", "except",
          "unless", "if", "or", "all", "any", "every", "each");

  private static final Map<String, Integer> NUMBERS = numbers();

  private Words() {}

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (String word : SAFE) {
      numbers.put(word, numbers.size());
    }
    for (String word : AGGRESSIVE) {
      numbers.putIfAbsent(word, numbers.size());
    }
    return Map.copyOf(numbers);
  }

  private static final List<String> BY_NUMBER =
      Arrays.asList(
          NUMBERS.entrySet().stream()
              .sorted(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .toArray(String[]::new));

  /** The number of a word that may go, odd if its first letter is a capital; -1 if it must stay. */
  static int number(String word, Reduction.Level level) {
    boolean capital = Character.isUpperCase(word.charAt(0));
    String small = capital ? Character.toLowerCase(word.charAt(0)) + word.substring(1) : word;
    int number = NUMBERS.getOrDefault(small, -1);
    boolean mayGo =
        number >= 0
            && !isTurning(small)
            && (level == Reduction.Level.AGGRESSIVE || number < SAFE.size());
    return mayGo ? 2 * number + (capital ? 1 : 0) : -1;
  }

  /** No word has this number or a higher one. */
  static int count() {
    return 2 * BY_NUMBER.size();
  }

  static String word(int number) {
    String word = BY_NUMBER.get(number / 2);
    return number % 2 == 0 ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  static boolean isTurning(String word) {
    return TURNING.contains(word) || word.endsWith("n't") || word.endsWith("n’t");
  }
}
