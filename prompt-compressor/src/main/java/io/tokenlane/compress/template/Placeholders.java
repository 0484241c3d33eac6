package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template's source with its plain variables written one way, {@code [[key]]}, whichever its
 * syntax: {@code {{ key }}}, {@code {{key}}}, {@code {key}}. Today's encodings save no token by it;
 * it shows that two sources are the same but for their placeholders. Expressions, filters, sections
 * and escaped braces stay as they are.
 *
 * @param text the source so written
 * @param originals each placeholder as it was, in order; brackets that the source held already are
 *     among them as themselves
 */
public record Placeholders(String text, List<String> originals) {
  private static final String NAME = "([A-Za-z_][\\w.]*+)";
  private static final String BRACKETED = "\\[\\[" + NAME + "]]";
  private static final Pattern NORMALISED = Pattern.compile(BRACKETED);
  private static final Pattern DOUBLE =
      Pattern.compile(BRACKETED + "|(?<!\\{)\\{\\{\\s*+" + NAME + "\\s*+}}(?!})");
  private static final Pattern SINGLE =
      Pattern.compile(BRACKETED + "|(?<!\\{)\\{" + NAME + "}(?!})");

  /** Copies the list. */
  public Placeholders {
    originals = List.copyOf(originals);
  }

  /** Writes all plain placeholders of a source as {@code [[key]]}. */
  public static Placeholders of(String source, Syntax syntax) {
    Matcher found = (syntax == Syntax.BRACES ? SINGLE : DOUBLE).matcher(source);
    StringBuilder text = new StringBuilder();
    List<String> originals = new ArrayList<>();
    while (found.find()) {
      String key = found.group(1) == null ? found.group(2) : found.group(1);
      originals.add(found.group());
      found.appendReplacement(text, Matcher.quoteReplacement("[[" + key + "]]"));
    }
    return new Placeholders(found.appendTail(text).toString(), originals);
  }

  /**
   * The very source.
   *
   * @throws IllegalArgumentException if text and placeholders do not belong together
   */
  public String restore() {
    Matcher found = NORMALISED.matcher(text);
    StringBuilder source = new StringBuilder();
    int next = 0;
    while (found.find()) {
      if (next == originals.size()) {
        throw mismatch();
      }
      found.appendReplacement(source, Matcher.quoteReplacement(originals.get(next++)));
    }
    if (next < originals.size()) {
      throw mismatch();
    }
    return found.appendTail(source).toString();
  }

  private IllegalArgumentException mismatch() {
    return new IllegalArgumentException(
        "placeholders: " + originals.size() + " (expected: one for each [[key]] of the text)");
  }
}
