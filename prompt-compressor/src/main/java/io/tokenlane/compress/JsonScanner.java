package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds the JSON objects and arrays (RFC 8259, strictly) in a text: the outermost ones, in order,
 * none inside fenced code. One pass: where a value breaks off, the complete values inside it stand,
 * all that were still open are given up, and the search goes on from there. What is found depends
 * on the text between the blocks and on the blocks' lexical content only, never on the white space
 * inside blocks, so the same blocks are found again after minifying.
 */
final class JsonScanner {
  private static final int DEEPEST = 500;

  private enum Expected {
    KEY_OR_END,
    KEY,
    COLON,
    MEMBER,
    MEMBER_END,
    ELEMENT_OR_END,
    ELEMENT,
    ELEMENT_END
  }

  private static final class Open {
    final int start;
    Expected expected;

    Open(int start, Expected expected) {
      this.start = start;
      this.expected = expected;
    }
  }

  private final String text;
  private final List<Span> found = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();

  private JsonScanner(String text) {
    this.text = text;
  }

  static List<Span> blocks(String text) {
    JsonScanner scanner = new JsonScanner(text);
    int from = 0;
    for (Span fence : Fences.code(text)) {
      scanner.scan(from, fence.start());
      from = fence.end();
    }
    scanner.scan(from, text.length());
    return scanner.found;
  }

  private void scan(int from, int to) {
    int i = from;
    while (i < to) {
      char c = text.charAt(i);
      i = c == '{' || c == '[' ? value(i, to) : i + 1;
    }
  }

  /**
   * Reads the container that starts here; returns where it ended or broke off, beyond the start.
   */
  private int value(int start, int to) {
    open.clear();
    push(start);
    int i = start + 1;
    while (i < to && !open.isEmpty()) {
      char c = text.charAt(i);
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        i++;
        continue;
      }
      int next = token(i, to);
      if (next < 0) {
        return i;
      }
      i = next;
    }
    return i;
  }

  /** Reads one lexical token; returns its end, or -1 if the value breaks off here. */
  private int token(int i, int to) {
    Open top = open.getFirst();
    char c = text.charAt(i);
    return switch (top.expected) {
      case KEY_OR_END -> c == '}' ? pop(i) : key(top, c, i, to);
      case KEY -> key(top, c, i, to);
      case COLON -> colon(top, c, i);
      case MEMBER -> valueOf(top, Expected.MEMBER_END, i, to);
      case ELEMENT_OR_END -> c == ']' ? pop(i) : valueOf(top, Expected.ELEMENT_END, i, to);
      case ELEMENT -> valueOf(top, Expected.ELEMENT_END, i, to);
      case MEMBER_END, ELEMENT_END -> afterValue(top, c, i);
    };
  }

  private int key(Open top, char c, int i, int to) {
    top.expected = Expected.COLON;
    return c == '"' ? string(i, to) : -1;
  }

  private static int colon(Open top, char c, int i) {
    top.expected = Expected.MEMBER;
    return c == ':' ? i + 1 : -1;
  }

  private int valueOf(Open top, Expected next, int i, int to) {
    top.expected = next;
    return scalarOrContainer(text.charAt(i), i, to);
  }

  private int afterValue(Open top, char c, int i) {
    boolean member = top.expected == Expected.MEMBER_END;
    if (c == ',') {
      top.expected = member ? Expected.KEY : Expected.ELEMENT;
      return i + 1;
    }
    return c == (member ? '}' : ']') ? pop(i) : -1;
  }

  private int scalarOrContainer(char c, int i, int to) {
    return switch (c) {
      case '{', '[' -> open.size() < DEEPEST ? push(i) : -1;
      case '"' -> string(i, to);
      case 't' -> word("true", i, to);
      case 'f' -> word("false", i, to);
      case 'n' -> word("null", i, to);
      default -> number(i, to);
    };
  }

  private int push(int start) {
    boolean object = text.charAt(start) == '{';
    open.push(new Open(start, object ? Expected.KEY_OR_END : Expected.ELEMENT_OR_END));
    return start + 1;
  }

  private int pop(int i) {
    int start = open.pop().start;
    while (!found.isEmpty() && found.getLast().start() > start) {
      found.removeLast();
    }
    found.add(new Span(start, i + 1));
    return i + 1;
  }

  private int word(String word, int i, int to) {
    int end = i + word.length();
    return end <= to && text.startsWith(word, i) ? end : -1;
  }

  private int string(int start, int to) {
    for (int i = start + 1; i < to; i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1;
      }
      if (c < ' ') {
        return -1;
      }
      if (c == '\\') {
        i = escape(i, to);
        if (i < 0) {
          return -1;
        }
      }
    }
    return -1;
  }

  /** The last unit of the escape sequence that starts here, or -1 if it is none. */
  private int escape(int i, int to) {
    if (i + 1 >= to) {
      return -1;
    }
    char kind = text.charAt(i + 1);
    if (kind != 'u') {
      return "\"\\/bfnrt".indexOf(kind) >= 0 ? i + 1 : -1;
    }
    for (int k = i + 2; k < i + 6; k++) {
      if (k >= to || Character.digit(text.charAt(k), 16) < 0 || text.charAt(k) > 'f') {
        return -1;
      }
    }
    return i + 5;
  }

  private int number(int start, int to) {
    int i = start < to && text.charAt(start) == '-' ? start + 1 : start;
    int whole = digits(i, to);
    if (whole == i || (text.charAt(i) == '0' && whole > i + 1)) {
      return -1;
    }
    int end = whole;
    if (end < to && text.charAt(end) == '.') {
      int fraction = digits(end + 1, to);
      if (fraction == end + 1) {
        return -1;
      }
      end = fraction;
    }
    return end < to && (text.charAt(end) | 0x20) == 'e' ? exponent(end + 1, to) : end;
  }

  private int exponent(int from, int to) {
    int i = from < to && "+-".indexOf(text.charAt(from)) >= 0 ? from + 1 : from;
    int end = digits(i, to);
    return end == i ? -1 : end;
  }

  private int digits(int from, int to) {
    int i = from;
    while (i < to && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }
}
