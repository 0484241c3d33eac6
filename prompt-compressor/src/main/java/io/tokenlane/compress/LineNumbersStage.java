package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes the numbers from the lines of listings, such as editors, agents and {@code cat -n} print
 * them. The first line tells the first number and the last:
 *
 * <pre>
 * 7…10:def f(x):
 *     if x is None:
 *         return 0
 *     return x
 * </pre>
 *
 * <p>A listing is four or more lines in a row, outside fenced code, whose numbers count up by one,
 * aligned to the right, each with the same colon, bar or tab behind it. Times of day are none. What
 * moved by an edit is then the same text as before. A text that holds such a line already is left
 * alone.
 */
final class LineNumbersStage implements Stage {
  private static final int FEWEST = 4;
  private static final int HIGHEST = 999_999;
  private static final Pattern NUMBERED =
      Pattern.compile("(?m)^( {0,8}+)(\\d{1,6}+)([:|\\t])(?!(?<=:)\\d)");
  private static final Pattern FIRST =
      Pattern.compile("(?m)^( {0,8}+)(\\d{1,6}+)…(\\d{1,6}+)([:|\\t])");

  /** How the lines are numbered: the first as {@code padding first sign}. */
  private record Numbering(String padding, int first, String sign) {
    String prefix(int number) {
      String digits = String.valueOf(number);
      int width = padding.length() + String.valueOf(first).length();
      return " ".repeat(Math.max(0, width - digits.length())) + digits + sign;
    }
  }

  /**
   * Lines in a row.
   *
   * @param marker what tells the numbers; empty where each line has its own
   * @param end after the last line
   */
  private record Listing(Span marker, int end, int last, Numbering numbers) {
    boolean isLong() {
      return last - numbers.first() >= FEWEST - 1;
    }
  }

  @Override
  public Rule rule() {
    return Rule.LINE_NUMBERS;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter, Protection protection) {
    List<Listing> listings = FIRST.matcher(text).find() ? List.of() : listings(text);
    if (listings.isEmpty()) {
      return null;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (Listing listing : listings) {
      out.append(text, copied, listing.marker().start());
      write(listing, text, out);
      copied = listing.end();
    }
    return new Staged(out.append(text, copied, text.length()).toString(), new byte[0]);
  }

  private static void write(Listing listing, String text, StringBuilder out) {
    Numbering numbers = listing.numbers();
    out.append(numbers.padding()).append(numbers.first()).append(Frame.TO);
    out.append(listing.last()).append(numbers.sign());
    int line = listing.marker().end();
    for (int number = numbers.first(); number <= listing.last(); number++) {
      int end = endOfLine(text, line);
      out.append(text, line + numbers.prefix(number).length(), end);
      line = end;
    }
  }

  private static List<Listing> listings(String text) {
    List<Listing> found = new ArrayList<>();
    BitSet code = new BitSet();
    Fences.code(text).forEach(span -> code.set(span.start(), span.end()));
    Matcher line = NUMBERED.matcher(text);
    int from = 0;
    while (from < text.length() && line.find(from)) {
      Listing listing = listing(text, line);
      if (listing.isLong() && code.get(line.start(), listing.end()).isEmpty()) {
        found.add(listing);
      }
      from = Math.max(listing.end(), endOfLine(text, line.start()));
    }
    return found;
  }

  /** The lines from here on that count up. */
  private static Listing listing(String text, Matcher line) {
    int number = Integer.parseInt(line.group(2));
    Numbering numbers = new Numbering(line.group(1), number, line.group(3));
    int end = line.start();
    while (end < text.length()
        && number <= HIGHEST
        && isNumbered(text, end, numbers.prefix(number))) {
      end = endOfLine(text, end);
      number++;
    }
    return new Listing(new Span(line.start(), line.start()), end, number - 1, numbers);
  }

  private static boolean isNumbered(String text, int line, String prefix) {
    int next = line + prefix.length();
    boolean digit = next < text.length() && Character.isDigit(text.charAt(next));
    return text.startsWith(prefix, line) && !(digit && prefix.endsWith(":"));
  }

  private static int endOfLine(String text, int from) {
    int newline = text.indexOf('\n', from);
    return newline < 0 ? text.length() : newline + 1;
  }

  @Override
  public String undo(String text, byte[] parameters) {
    if (parameters.length > 0) {
      throw new IllegalArgumentException(
          "line-numbers: parameters " + Arrays.toString(parameters) + " (expected: none)");
    }
    StringBuilder out = new StringBuilder();
    int copied = 0;
    for (Listing listing : marked(text)) {
      out.append(text, copied, listing.marker().start());
      int line = listing.marker().end();
      for (int number = listing.numbers().first(); number <= listing.last(); number++) {
        int end = endOfLine(text, line);
        out.append(listing.numbers().prefix(number)).append(text, line, end);
        line = end;
      }
      copied = listing.end();
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** The lines whose numbers were taken, for who must take no words from them. */
  static List<Span> listed(String text) {
    return marked(text).stream().map(l -> new Span(l.marker().start(), l.end())).toList();
  }

  /** Listings end with the text, whatever their first line tells. */
  private static List<Listing> marked(String text) {
    List<Listing> found = new ArrayList<>();
    Matcher line = FIRST.matcher(text);
    int from = 0;
    while (from < text.length() && line.find(from)) {
      int number = Integer.parseInt(line.group(2));
      int last = Integer.parseInt(line.group(3));
      Numbering numbers = new Numbering(line.group(1), number, line.group(4));
      int end = endOfLine(text, line.end());
      while (number < last && end < text.length()) {
        end = endOfLine(text, end);
        number++;
      }
      boolean emptyLast = number == last - 1 && text.endsWith("\n");
      found.add(
          new Listing(new Span(line.start(), line.end()), end, emptyLast ? last : number, numbers));
      from = Math.max(end, line.end());
    }
    return found;
  }
}
