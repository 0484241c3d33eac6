package io.tokenlane.compress.template;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A rendering as the template's id and what the variables contribute: which branches were taken
 * ({@code y}, {@code n}), how often loops ran ({@code 3,}), and each printed value once, in the
 * order of printing. Written as
 *
 * <pre>id@version control¦value¦value</pre>
 *
 * where the separator is a character that no value holds.
 *
 * @param control empty where the template has neither branches nor loops
 */
public record Note(String reference, String control, List<String> fields) {
  private static final Pattern HEAD = Pattern.compile("([\\w.-]+@[\\w.-]+)(?: ([yn\\d,]+))?");
  private static final String SEPARATORS = "¦¶§※•¬¤";
  private static final char FIRST_OTHER = '\u2500';

  /** Copies the fields. */
  public Note {
    fields = List.copyOf(fields);
  }

  /** As it is sent and counted. */
  public String text() {
    String head = control.isEmpty() ? reference : reference + " " + control;
    if (fields.isEmpty()) {
      return head;
    }
    String separator = String.valueOf(separator());
    return head + separator + String.join(separator, fields);
  }

  private char separator() {
    BitSet used = new BitSet();
    fields.forEach(field -> field.chars().forEach(used::set));
    return (char)
        IntStream.concat(
                SEPARATORS.chars(), IntStream.rangeClosed(FIRST_OTHER, Character.MAX_VALUE))
            .filter(mark -> !used.get(mark))
            .findFirst()
            .orElseThrow();
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if the text is no note
   */
  public static Note parse(String text) {
    Matcher head = HEAD.matcher(text);
    if (!head.lookingAt()) {
      throw new IllegalArgumentException("note: no id@version at its start (expected: one)");
    }
    String control = head.group(2) == null ? "" : head.group(2);
    if (head.end() == text.length()) {
      return new Note(head.group(1), control, List.of());
    }
    String separator = Pattern.quote(text.substring(head.end(), head.end() + 1));
    String[] fields = text.substring(head.end() + 1).split(separator, -1);
    return new Note(head.group(1), control, List.of(fields));
  }

  /** The choices of the rendering, read in their order. */
  Walk.Choices choices() {
    return new Replay(control, fields);
  }

  private static final class Replay implements Walk.Choices {
    private final String control;
    private final List<String> fields;
    private int at;
    private int field;

    Replay(String control, List<String> fields) {
      this.control = control;
      this.fields = fields;
    }

    private static IllegalArgumentException wrong(String what) {
      return new IllegalArgumentException("note: " + what + " (expected: those of its template)");
    }

    @Override
    public String print(Expression value, Walk walk) {
      if (field == fields.size()) {
        throw wrong(field + " values");
      }
      return fields.get(field++);
    }

    @Override
    public boolean test(Expression condition, Walk walk) {
      if (at == control.length() || "yn".indexOf(control.charAt(at)) < 0) {
        throw wrong("branches " + control);
      }
      return control.charAt(at++) == 'y';
    }

    @Override
    public Walk.Rounds rounds(Node.For loop, Walk walk) {
      int end = control.indexOf(',', at);
      if (end < 0) {
        throw wrong("branches " + control);
      }
      int count = Integer.parseInt(control.substring(at, end));
      at = end + 1;
      return new Walk.Rounds(count, _ -> Map.of());
    }
  }
}
