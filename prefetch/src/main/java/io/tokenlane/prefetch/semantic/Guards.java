package io.tokenlane.prefetch.semantic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What two questions must have in common word by word, since vectors hardly tell it apart: all
 * words and signs that say what is asked, as they are written, in their order. No form of a word
 * stands for another, since stems of different words meet ({@code police}, {@code policy}). What is
 * left to the vectors are the words that ask ({@code please explain}, {@code can you tell me}) and
 * the marks that end a phrase. Meant to refuse too often rather than once too little.
 */
public final class Guards {
  private static final Pattern TOKEN =
      Pattern.compile(
          """
          "[^"]*"|`[^`]*`\
          |(?:\\.(?=\\p{N}))?[\\p{L}\\p{M}\\p{N}_]+(?:['’.,:/@#-][\\p{L}\\p{M}\\p{N}_]+)*\
          |(?<end>(?<=[^\\s.,:;?])[.,:;?]+(?!\\S))\
          |\\S\
          """,
          Pattern.UNICODE_CHARACTER_CLASS);

  /** Words that ask or bow, articles, and what says no more than that something is. */
  private static final Set<String> EMPTY =
      Set.of("a", "an", "the", "of", "am", "is", "are", "please", "help", "explain", "describe");

  /** What a question begins with whose next word may be one that only helps to ask it. */
  private static final Set<String> ASKED_BY =
      Set.of("how", "where", "when", "why", "what", "which");

  /** What a request begins with before it says what is wanted. */
  private static final Pattern ASKING =
      Pattern.compile(
          """
          ^\\s*(?:please[,:;.!]?\\s+)?\
          (?:(?:can|could|would|will)\\s+you[,:;.!]?\\s+(?:please[,:;.!]?\\s+)?)?\
          (?:tell\\s+me[,:;.!]?\\s+)?\
          """,
          Pattern.CASE_INSENSITIVE);

  private Guards() {}

  /** Whether an answer to the one may be an answer to the other; never where nothing is asked. */
  public static boolean agree(String one, String other) {
    List<String> kept = kept(one);
    return !kept.isEmpty() && kept.equals(kept(other));
  }

  /** What must be equal, in its order: from one place to another is not the way back. */
  static List<String> kept(String question) {
    List<String> kept = new ArrayList<>();
    List<String> tokens = tokens(ASKING.matcher(question).replaceFirst(""));
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      String lower = withoutGenitive(lower(token));
      if (literal(token) || (names(token, lower) && i > 0)) {
        kept.add("'" + token);
      } else if (!EMPTY.contains(lower) && !(i == 1 && helps(tokens))) {
        kept.add(lower);
      }
    }
    return kept;
  }

  /**
   * Whether the second word only helps another verb to ask: {@code how do they work}, and {@code
   * how can I}, which is {@code how do I}. Everywhere else {@code do} and {@code can} say
   * something, as {@code have} and {@code will} do.
   */
  private static boolean helps(List<String> tokens) {
    String asks = lower(tokens.getFirst());
    String helper = lower(tokens.get(1));
    if (tokens.size() < 4 || !ASKED_BY.contains(asks)) {
      return false;
    }
    boolean can =
        helper.equals("can")
            && (asks.equals("how") || asks.equals("where"))
            && Set.of("i", "we", "you").contains(lower(tokens.get(2)));
    return can || helper.equals("do") || helper.equals("does");
  }

  private static String lower(String token) {
    return token.toLowerCase(Locale.ROOT);
  }

  private static String withoutGenitive(String word) {
    return word.endsWith("'s") || word.endsWith("’s") ? word.substring(0, word.length() - 2) : word;
  }

  /** Words, quotations and signs; not the marks that end a phrase. */
  private static List<String> tokens(String question) {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(question);
    while (token.find()) {
      if (token.group("end") == null) {
        tokens.add(token.group());
      }
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
