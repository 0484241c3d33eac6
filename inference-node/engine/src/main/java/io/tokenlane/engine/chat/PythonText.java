package io.tokenlane.engine.chat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** How Python prints values, and what it says about characters. */
final class PythonText {
  /** Deepest list or dictionary printed. */
  private static final int MAX_DEPTH = 200;

  private final Budget budget;
  private final Output text;
  private int depth;

  private PythonText(Budget budget) {
    this.budget = budget;
    text = new Output(budget);
  }

  /** Python's {@code repr(value)}. */
  static String repr(Object value, Budget budget) {
    PythonText printer = new PythonText(budget);
    printer.print(value);
    return printer.text.toString();
  }

  private void print(Object value) {
    if (++depth > MAX_DEPTH) {
      throw new TemplateException("value nests too deeply to print");
    }
    switch (value) {
      case String s -> quote(s);
      case Markup m -> quote(m.text());
      case Boolean b -> text.append(b ? "True" : "False");
      case Double d -> text.append(real(d));
      case List<?> l -> items("[", l, "]");
      case Tuple t -> items("(", t.items(), t.items().size() == 1 ? ",)" : ")");
      case View v -> items(v.name() + "([", v.items(), "])");
      case Map<?, ?> m -> entries(m);
      case Long l -> text.append(l.toString());
      case BigInteger i -> text.append(i.toString());
      case None n -> text.append("None");
      case Undefined u -> text.append("Undefined");
      default -> text.append("<" + Values.typeName(value) + ">");
    }
    depth--;
  }

  private void items(String open, List<?> items, String close) {
    text.append(open);
    String separator = "";
    for (Object item : items) {
      text.append(separator);
      print(item);
      separator = ", ";
    }
    text.append(close);
  }

  private void entries(Map<?, ?> map) {
    text.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      text.append(separator);
      print(entry.getKey());
      text.append(": ");
      print(entry.getValue());
      separator = ", ";
    }
    text.append('}');
  }

  private void quote(String s) {
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    budget.elements(s.length());
    text.append(quote);
    s.codePoints().forEach(c -> quoted(c, quote));
    text.append(quote);
  }

  private void quoted(int c, char quote) {
    switch (c) {
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\\' -> text.append("\\\\");
      default -> {
        if (c == quote) {
          text.append('\\').append(quote);
        } else if (isPrintable(c)) {
          text.appendCodePoint(c);
        } else {
          text.append(c < 0x100 ? "\\x%02x".formatted(c) : wideEscape(c));
        }
      }
    }
  }

  private static String wideEscape(int c) {
    return c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** The shortest digits that give the number again, as Python writes them. */
  static String real(double d) {
    if (Double.isNaN(d) || Double.isInfinite(d)) {
      return Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(d);
    if (d == 0 || (size >= 1e-4 && size < 1e16)) {
      String plain = new BigDecimal(Double.toString(d)).toPlainString();
      return (d == 0 && 1 / d < 0 ? "-0.0" : plain.contains(".") ? plain : plain + ".0");
    }
    String[] parts = Double.toString(d).split("E");
    int exponent = Integer.parseInt(parts[1]);
    String digits =
        parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
    return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /** Python's {@code str.isspace} of a character. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /** Whether nothing but white space follows. */
  static boolean isBlank(String text, int from) {
    return text.substring(from).codePoints().allMatch(PythonText::isSpace);
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String stripStart(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  static String strip(String text) {
    return stripStart(stripEnd(text));
  }

  /** Order by code points. */
  static int compare(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean oneIsSurrogate = Character.isSurrogate(a) != Character.isSurrogate(b);
        return oneIsSurrogate ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
