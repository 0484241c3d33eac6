package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Writes and reads texts in which phrases are named where they first stand. */
final class Shorthand {
  /** In UTF-16 units; also stops a forged text whose phrases double each other. */
  static final int LONGEST_TEXT = 1 << 25;

  private Shorthand() {}

  /** What a text stands for, and the phrases that it names, in the order of their ends. */
  record Read(String text, SequencedMap<Character, String> named) {}

  static String write(Grammar grammar, String letters, char mark) {
    Writer writer = new Writer(grammar, letters, mark);
    writer.write(0);
    return writer.out.toString();
  }

  /**
   * @param text begins with the frame
   * @throws IllegalArgumentException if the text is not one that {@link #write} can write
   */
  static Read read(String text, Frame frame, Alphabet alphabet, Scope scope) {
    return new Reader(frame, alphabet, scope).read(text, frame.header().length());
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
    private final Frame frame;
    private final Alphabet alphabet;
    private final Scope scope;
    private final StringBuilder out = new StringBuilder();
    private final SequencedMap<Character, String> named = new LinkedHashMap<>();
    private final Deque<Opened> open = new ArrayDeque<>();

    Reader(Frame frame, Alphabet alphabet, Scope scope) {
      this.frame = frame;
      this.alphabet = alphabet;
      this.scope = scope;
    }

    Read read(String text, int from) {
      int i = from;
      while (i < text.length()) {
        char c = text.charAt(i);
        if (c == Frame.QUOTE && frame.quotes()) {
          i = quote(text, i + 1);
          continue;
        }
        if (c == frame.mark()) {
          close();
        } else if (alphabet.holds(c)) {
          letter(c);
        } else {
          out.append(c);
        }
        i++;
      }
      return new Read(out.toString(), named);
    }

    /** The place after the quotation. */
    private int quote(String text, int start) {
      int to = text.indexOf(Frame.TO, start);
      int end = text.indexOf(frame.mark(), start);
      if (to < 0 || end < to) {
        throw new IllegalArgumentException("quotation: no end (expected: … and " + frame.mark());
      }
      append(scope.passage(text.substring(start, to), text.substring(to + 1, end)));
      return end + 1;
    }

    private void close() {
      if (open.isEmpty()) {
        throw new IllegalArgumentException(
            "shorthand: " + frame.mark() + " at " + out.length() + " (expected: a letter before)");
      }
      Opened closed = open.pop();
      named.put(closed.letter(), out.substring(closed.start()));
    }

    private void letter(char c) {
      String phrase = named.containsKey(c) ? named.get(c) : frame.opens() ? null : scope.named(c);
      if (phrase == null) {
        open.push(new Opened(c, out.length()));
      } else {
        append(phrase);
      }
    }

    private void append(String phrase) {
      if (out.length() > LONGEST_TEXT - phrase.length()) {
        throw new IllegalArgumentException(
            "shorthand: a longer text (expected: <= " + LONGEST_TEXT + " characters)");
      }
      out.append(phrase);
    }

    /** A phrase that has begun, and where in the restored text. */
    private record Opened(char letter, int start) {}
  }
}
