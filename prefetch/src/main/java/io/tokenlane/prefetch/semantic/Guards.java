package io.tokenlane.prefetch.semantic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What two questions must have in common word by word, since vectors hardly tell it apart: all
 * words that say what is asked, by their stems, and so their numbers, names and quotations,
 * negations and words of direction ({@code before}, {@code more}) too. Where they are not the same
 * in the same order, an answer to the one is none to the other. What is left to the vectors are the
 * words that ask ({@code please explain}, {@code can you tell me}). Meant to refuse too often
 * rather than once too little.
 */
public final class Guards {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\"[^\"]*\"|`[^`]*`|[\\p{L}\\p{N}_]+(?:['’.,:/@#-][\\p{L}\\p{N}_]+)*|[<>=%€$£°+*/-]");

  private static final Set<String> NEGATIONS =
      Set.of(
          "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot",
          "except", "unless", "nicht", "kein", "keine", "nie", "ohne");

  private static final Set<String> DIRECTIONS =
      Set.of(
          "before",
          "after",
          "more",
          "less",
          "most",
          "least",
          "above",
          "below",
          "over",
          "under",
          "first",
          "last",
          "next",
          "previous",
          "increase",
          "decrease",
          "raise",
          "lower",
          "rise",
          "fall",
          "up",
          "down",
          "in",
          "out",
          "into",
          "to",
          "from",
          "buy",
          "sell",
          "open",
          "close",
          "start",
          "stop",
          "begin",
          "end",
          "enable",
          "disable",
          "on",
          "off",
          "add",
          "remove",
          "import",
          "export",
          "maximum",
          "minimum",
          "max",
          "min",
          "highest",
          "lowest",
          "largest",
          "smallest",
          "longest",
          "shortest",
          "oldest",
          "newest",
          "best",
          "worst",
          "cheapest",
          "left",
          "right",
          "north",
          "south",
          "east",
          "west",
          "hot",
          "cold",
          "true",
          "false",
          "yes",
          "win",
          "lose",
          "gain",
          "loss",
          "all",
          "some",
          "any",
          "only",
          "and",
          "or",
          "he",
          "she",
          "his",
          "her",
          "who",
          "what",
          "when",
          "where",
          "why",
          "how",
          "which");

  private static final Set<String> NUMBERS =
      Set.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "twenty",
          "thirty",
          "forty",
          "fifty",
          "hundred",
          "thousand",
          "million",
          "billion",
          "half",
          "double",
          "triple",
          "monday",
          "tuesday",
          "wednesday",
          "thursday",
          "friday",
          "saturday",
          "sunday",
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");

  /** Words that ask or bow, and forms of to be, to do and to have that tell no time gone by. */
  private static final Set<String> EMPTY =
      Set.of(
          "a",
          "an",
          "the",
          "of",
          "am",
          "is",
          "are",
          "be",
          "been",
          "being",
          "do",
          "does",
          "has",
          "have",
          "can",
          "will",
          "please",
          "help",
          "explain",
          "describe");

  /** What a request begins with before it says what is wanted. */
  private static final Pattern ASKING =
      Pattern.compile(
          """
          ^\\s*(?:please[,:;.!]?\\s+)?\
          (?:(?:can|could|would|will)\\s+you[,:;.!]?\\s+(?:please[,:;.!]?\\s+)?)?\
          (?:tell\\s+me[,:;.!]?\\s+)?\
          """,
          Pattern.CASE_INSENSITIVE);

  /** Endings that make another form of the same word; longest first. */
  private static final List<String> ENDINGS = List.of("ing", "ies", "ed", "es", "s", "e", "y");

  private static final int SHORTEST_STEM = 4;

  private Guards() {}

  /** Whether an answer to the one may be an answer to the other; never where nothing is asked. */
  public static boolean agree(String one, String other) {
    List<String> kept = kept(one);
    return !kept.isEmpty() && kept.equals(kept(other));
  }

  /** What must be equal, in its order: from one place to another is not the way back. */
  static List<String> kept(String question) {
    List<String> kept = new ArrayList<>();
    boolean first = true;
    for (String token : tokens(ASKING.matcher(question).replaceFirst(""))) {
      String lower = withoutGenitive(token.toLowerCase(Locale.ROOT));
      if (lower.endsWith("n't") || lower.endsWith("n’t") || NEGATIONS.contains(lower)) {
        kept.add("not");
      } else if (DIRECTIONS.contains(lower) || NUMBERS.contains(lower)) {
        kept.add(lower);
      } else if (literal(token) || (names(token, lower) && !first)) {
        kept.add("'" + token);
      } else if (!EMPTY.contains(lower)) {
        kept.add(stem(lower));
      }
      first = false;
    }
    return kept;
  }

  private static String withoutGenitive(String word) {
    return word.endsWith("'s") || word.endsWith("’s") ? word.substring(0, word.length() - 2) : word;
  }

  private static String stem(String word) {
    for (String ending : ENDINGS) {
      if (word.endsWith(ending) && word.length() - ending.length() >= SHORTEST_STEM) {
        return word.substring(0, word.length() - ending.length());
      }
    }
    return word;
  }

  private static List<String> tokens(String question) {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(question);
    while (token.find()) {
      tokens.add(token.group());
    }
    return tokens;
  }

  /** Quotations, signs, and whatever has a digit in it. */
  private static boolean literal(String token) {
    return !Character.isLetter(token.codePointAt(0))
        || token.codePoints().anyMatch(c -> Character.isDigit(c) || c == '_');
  }

  /** Written large where nothing but a name is; a question's first word may be any. */
  private static boolean names(String token, String lower) {
    return !lower.equals("i") && !EMPTY.contains(lower) && large(token);
  }

  private static boolean large(String token) {
    return token.codePoints().anyMatch(Character::isUpperCase);
  }
}
