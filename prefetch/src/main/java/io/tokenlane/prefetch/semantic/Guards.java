package io.tokenlane.prefetch.semantic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What two questions must have in common word by word, since vectors hardly tell it apart: their
 * numbers, names and quotations, their negations, and words of direction ({@code before}, {@code
 * more}) whose opposites lie close together. Where they are not the same in the same order, an
 * answer to the one is none to the other. Meant to refuse too often rather than once too little.
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

  /** Words that are written large at the beginning of a question and name nothing. */
  private static final Set<String> BEGINNINGS =
      Set.of(
          "a",
          "an",
          "the",
          "i",
          "can",
          "could",
          "would",
          "will",
          "should",
          "do",
          "does",
          "did",
          "is",
          "are",
          "was",
          "were",
          "has",
          "have",
          "please",
          "tell",
          "give",
          "show",
          "explain",
          "describe",
          "write",
          "list",
          "find",
          "name",
          "help",
          "my",
          "your",
          "this",
          "that",
          "there",
          "if",
          "in",
          "on",
          "at",
          "for",
          "of",
          "with",
          "say",
          "define",
          "summarize",
          "translate");

  private Guards() {}

  /** Whether an answer to the one may be an answer to the other. */
  public static boolean agree(String one, String other) {
    return kept(one).equals(kept(other));
  }

  /** What must be equal, in its order: from one place to another is not the way back. */
  static List<String> kept(String question) {
    List<String> kept = new ArrayList<>();
    for (String token : tokens(question)) {
      String lower = token.toLowerCase(Locale.ROOT);
      if (lower.endsWith("n't") || lower.endsWith("n’t") || NEGATIONS.contains(lower)) {
        kept.add("not");
      } else if (DIRECTIONS.contains(lower) || NUMBERS.contains(lower)) {
        kept.add(lower);
      } else if (literal(token) || (large(token) && !BEGINNINGS.contains(lower))) {
        kept.add("'" + token);
      }
    }
    return kept;
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

  private static boolean large(String token) {
    return token.codePoints().anyMatch(Character::isUpperCase);
  }
}
