package io.tokenlane.compress;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The words that grammar needs and meaning mostly does not, by how much is lost without them. The
 * order is part of the format of a {@link Sidecar}: words are only ever added at the end.
 */
final class Words {
  private static final List<String> SAFE =
      split(
          """
          a an the is are was were be been being am of that which very really quite just please
          kindly simply basically actually also there in on at for with by as and it its this
          these those their your our his her my you we they i he she them us me him has have had
          having do does did doing to then so such into about here some too well make makes sure
          using used use based i'm i've it's that's there's here's you're you've we're we've
          they're they've let's he's she's\
          """);

  private static final List<String> AGGRESSIVE =
      split(
          """
          who whom whose what when where while how than make makes made sure using used use based
          given give provide provided provides following follow include including includes
          included get gets got let lets like want wants able various certain specific
          appropriate necessary relevant important clear clearly carefully properly directly
          easily fully however therefore thus hence moreover furthermore additionally overall
          generally typically usually often many much one way per via because since although
          though rather even still now help helps ensure take takes look looks looking see need
          needs able around something anything everything good great best better right really
          work works working contains contain shown show shows set sets part parts type kind case
          cases example examples etc information details detailed list lists from but going go
          goes gone come comes came back already currently yourself myself itself themselves
          ourselves someone somebody anyone everyone thing things ways sort lot lots bit else
          maybe perhaps probably exactly certainly absolutely indeed thank thanks sorry hello hi
          okay ok yes glad happy welcome feel hope think thought upon onto toward towards among
          regarding concerning according due yet ever thereby therein whereby wherein seem seems
          become becomes try tries trying possible likely\
          """);

  /** Words that tell little beside a negation or modal either. */
  private static final Set<String> LESS_LIGHT =
      Set.of("be", "been", "being", "have", "has", "had", "to", "in", "on", "at", "for", "with");

  /** Words that tell nothing there. */
  private static final Set<String> LIGHT =
      Set.copyOf(
          split(
              """
              a an the of is are was were am it its this these those that their your our his her my
              you we they i he she them us me him there which do does did i'm i've it's that's there's here's you're you've we're we've
              they're they've he's she's\
              """));

  /** What turns the meaning of the word before or after it; such a word's neighbour stays. */
  private static final Set<String> TURNING =
      Set.of(
          "not", "no", "never", "none", "nor", "neither", "without", "cannot", "can", "could",
          "may", "might", "must", "shall", "should", "will", "would", "need", "only", "except",
          "unless", "if", "or", "all", "any", "every", "each");

  /** What goes besides words: between words, and at the start of a line that lists. */
  private static final List<String> SIGNS = List.of(",", "- ", "* ");

  /** Each word by its place in the list, in the four ways of {@link Form}. */
  private static final Map<String, Integer> PLACES = places();

  private static final List<String> BY_PLACE = byPlace();

  /** How a word stands in the text. */
  private enum Form {
    SMALL,
    CAPITAL,
    SMALL_FIRST,
    CAPITAL_FIRST
  }

  private Words() {}

  private static List<String> split(String words) {
    return List.of(words.split("\\s+"));
  }

  private static Map<String, Integer> places() {
    Map<String, Integer> places = new HashMap<>();
    for (List<String> list : List.of(SAFE, AGGRESSIVE)) {
      list.forEach(word -> places.putIfAbsent(word, places.size()));
    }
    return Map.copyOf(places);
  }

  private static List<String> byPlace() {
    return PLACES.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The word in small letters and with a straight apostrophe. */
  static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('’', '\'');
  }

  /** Whether the word is in a list of those that may go. */
  static boolean mayGo(String plain, Reduction.Level level) {
    int place = PLACES.getOrDefault(plain, Integer.MAX_VALUE);
    return place < (level == Reduction.Level.SAFE ? SAFE.size() : BY_PLACE.size())
        && !isTurning(plain);
  }

  /** Whether the word may go from beside a negation or modal. */
  static boolean isLight(String plain, Reduction.Level level) {
    return LIGHT.contains(plain) || (level != Reduction.Level.SAFE && LESS_LIGHT.contains(plain));
  }

  /**
   * The number of what was taken from a text: a word with the blank before it, or behind it at the
   * start of a line; a sign.
   *
   * @return {@link #spelt} for what has no number
   */
  static int number(String taken) {
    int sign = SIGNS.indexOf(taken);
    if (sign >= 0) {
      return words() + sign;
    }
    boolean first = taken.endsWith(" ");
    String word = taken.strip();
    if (word.length() + 1 != taken.length()) {
      return spelt();
    }
    boolean capital = Character.isUpperCase(word.charAt(0));
    String small = capital ? Character.toLowerCase(word.charAt(0)) + word.substring(1) : word;
    int place = PLACES.getOrDefault(small, -1);
    return place < 0 ? spelt() : ((first ? 2 : 0) + (capital ? 1 : 0)) * BY_PLACE.size() + place;
  }

  private static int words() {
    return Form.values().length * BY_PLACE.size();
  }

  /** The number that says that what was taken is written out; no number is higher. */
  static int spelt() {
    return words() + SIGNS.size();
  }

  /** What a number below {@link #spelt} stands for. */
  static String taken(int number) {
    if (number >= words()) {
      return SIGNS.get(number - words());
    }
    String word = BY_PLACE.get(number % BY_PLACE.size());
    String capital = Character.toUpperCase(word.charAt(0)) + word.substring(1);
    return switch (Form.values()[number / BY_PLACE.size()]) {
      case SMALL -> " " + word;
      case CAPITAL -> " " + capital;
      case SMALL_FIRST -> word + " ";
      case CAPITAL_FIRST -> capital + " ";
    };
  }

  static boolean isTurning(String word) {
    return TURNING.contains(word) || word.endsWith("n't") || word.endsWith("n’t");
  }
}
