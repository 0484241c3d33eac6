package io.tokenlane.engine.token;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compiles the regular expressions of vocabularies, which are written for Oniguruma or Rust.
 *
 * <p>There, {@code \s}, {@code \w}, {@code \d} and case folding mean Unicode, and a bare script
 * name is a property ({@code \p{Han}}); Java needs a flag for the first and a prefix for the
 * second.
 */
final class Regexes {
  private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)(\\w+)}");
  private static final Set<String> JAVA_NAMES =
      Set.of(
          "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P",
          "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl",
          "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn");

  private Regexes() {}

  /**
   * @throws TokenizerException if the expression is malformed
   */
  static Pattern compile(String regex) {
    String java = PROPERTY.matcher(regex).replaceAll(Regexes::property);
    try {
      return Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS);
    } catch (StackOverflowError e) {
      throw new TokenizerException("regex: nests too deeply (expected: a simpler expression)");
    } catch (PatternSyntaxException e) {
      throw new TokenizerException(
          "regex: " + regex + " (expected: a regular expression; " + e.getDescription() + ")");
    }
  }

  private static String property(java.util.regex.MatchResult property) {
    String name = property.group(3);
    boolean negated = property.group(1).equals("P") != !property.group(2).isEmpty();
    String prefix = JAVA_NAMES.contains(name) || name.startsWith("Is") ? "" : "Is";
    return Matcher.quoteReplacement("\\" + (negated ? "P" : "p") + "{" + prefix + name + "}");
  }
}
