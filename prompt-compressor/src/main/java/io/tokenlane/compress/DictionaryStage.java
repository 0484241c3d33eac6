package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names every phrase that comes again, in prose, code and data alike, by a letter of a script that
 * the text does not hold. A phrase is named where it first stands, so the text still reads from its
 * start:
 *
 * <pre>
 * Shorthand: 가…¦ defines 가.
 * a 가phrase that returns¦ and 가
 * </pre>
 *
 * <p>Phrases may hold named phrases. A header counts only together with a tag that says so: one
 * that came with the text is text.
 */
final class DictionaryStage implements Stage {
  private static final String HEADER = "Shorthand: ";
  private static final String HEADER_MIDDLE = " defines ";
  private static final String HEADER_END = ".\n";
  private static final String MARKS = "¦¶§※•¬¤";

  /** In UTF-16 units; also stops a forged text whose phrases double each other. */
  private static final int LONGEST_TEXT = 1 << 25;

  private static final int HEADER_LENGTH =
      HEADER.length() + 3 + HEADER_MIDDLE.length() + 1 + HEADER_END.length();

  @Override
  public Rule rule() {
    return Rule.DICTIONARY;
  }

  /** Whether the text begins as a result of this stage does. */
  static boolean present(String text) {
    return text.startsWith(HEADER)
        && text.length() >= HEADER_LENGTH
        && text.startsWith(header(text.charAt(HEADER.length()), text.charAt(HEADER.length() + 2)));
  }

  private static String header(char letter, char mark) {
    return HEADER + letter + "…" + mark + HEADER_MIDDLE + letter + HEADER_END;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter) {
    Alphabet alphabet = Alphabet.freeIn(text);
    char mark = freeMark(text);
    if (alphabet == null || mark == 0 || text.length() > LONGEST_TEXT) {
      return null;
    }
    String letters = alphabet.letters(counter);
    Grammar grammar = Grammar.of(Pieces.of(text, counter), letters.length());
    if (grammar.isPlain()) {
      return null;
    }
    Writer writer = new Writer(grammar, letters, mark);
    writer.write(0);
    return new Staged(header(letters.charAt(0), mark) + writer.out, new byte[0]);
  }

  private static char freeMark(String text) {
    return (char) MARKS.chars().filter(mark -> text.indexOf(mark) < 0).findFirst().orElse(0);
  }

  @Override
  public String undo(String text, byte[] parameters) {
    if (parameters.length > 0 || !present(text)) {
      throw new IllegalArgumentException("text: no shorthand at its start (expected: one)");
    }
    Alphabet alphabet = Alphabet.of(text.charAt(HEADER.length()));
    if (alphabet == null) {
      throw new IllegalArgumentException(
          "shorthand: " + text.charAt(HEADER.length()) + " (expected: a letter that names)");
    }
    return new Reader(alphabet, text.charAt(HEADER.length() + 2)).read(text);
  }

  /** Writes phrases out where they first stand. */
  private static final class Writer {
    private final Grammar grammar;
    private final String letters;
    private final char mark;
    private final Map<Integer, Character> names = new HashMap<>();
    private final StringBuilder out = new StringBuilder();

    Writer(Grammar grammar, String letters, char mark) {
      this.grammar = grammar;
      this.letters = letters;
      this.mark = mark;
    }

    void write(int phrase) {
      for (int element : grammar.body(phrase)) {
        int inner = grammar.phrase(element);
        if (inner == 0) {
          out.append(grammar.piece(element));
        } else if (grammar.isInlined(inner)) {
          write(inner);
        } else {
          named(inner);
        }
      }
    }

    private void named(int phrase) {
      Character name = names.get(phrase);
      if (name != null) {
        out.append(name.charValue());
        return;
      }
      char letter = letters.charAt(names.size());
      names.put(phrase, letter);
      out.append(letter);
      write(phrase);
      out.append(mark);
    }
  }

  private static final class Reader {
    private final Alphabet alphabet;
    private final char mark;
    private final StringBuilder out = new StringBuilder();
    private final Map<Character, String> phrases = new HashMap<>();
    private final Deque<Opened> open = new ArrayDeque<>();

    Reader(Alphabet alphabet, char mark) {
      this.alphabet = alphabet;
      this.mark = mark;
    }

    String read(String text) {
      for (int i = HEADER_LENGTH; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == mark) {
          close();
        } else if (alphabet.holds(c)) {
          letter(c);
        } else {
          out.append(c);
        }
      }
      return out.toString();
    }

    private void close() {
      if (open.isEmpty()) {
        throw new IllegalArgumentException(
            "shorthand: " + mark + " at " + out.length() + " (expected: a letter before it)");
      }
      Opened closed = open.pop();
      phrases.put(closed.letter(), out.substring(closed.start()));
    }

    private void letter(char c) {
      String phrase = phrases.get(c);
      if (phrase == null) {
        open.push(new Opened(c, out.length()));
      } else if (out.length() > LONGEST_TEXT - phrase.length()) {
        throw new IllegalArgumentException(
            "shorthand: a longer text (expected: <= " + LONGEST_TEXT + " characters)");
      } else {
        out.append(phrase);
      }
    }

    /** A phrase that has begun, and where in the restored text. */
    private record Opened(char letter, int start) {}
  }
}
