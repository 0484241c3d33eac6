package io.tokenlane.compress;

import org.jspecify.annotations.Nullable;

/**
 * Takes away what frames a text: blank lines at both ends, the indentation that all lines share,
 * and carriage returns where every line has one. Only as far as four bytes put it back: {@code
 * crlf, newlines before, newlines after, indentation}. Indentation and carriage returns stay where
 * fenced code would change with them.
 */
final class WhitespaceStage implements Stage {
  private static final int MOST = 255;

  @Override
  public Rule rule() {
    return Rule.WHITESPACE;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter, Protection protection) {
    boolean code = !Fences.code(text).isEmpty();
    boolean crlf = !code && isCrlfThroughout(text);
    String lines = crlf ? text.replace("\r\n", "\n") : text;
    int before = 0;
    while (before < Math.min(MOST, lines.length()) && lines.charAt(before) == '\n') {
      before++;
    }
    int after = 0;
    while (after < Math.min(MOST, lines.length() - before)
        && lines.charAt(lines.length() - 1 - after) == '\n') {
      after++;
    }
    String core = lines.substring(before, lines.length() - after);
    int indent = code ? 0 : Math.min(MOST, sharedIndent(core));
    if (!crlf && before == 0 && after == 0 && indent == 0) {
      return null;
    }
    byte[] parameters = {(byte) (crlf ? 1 : 0), (byte) before, (byte) after, (byte) indent};
    return new Staged(dedent(core, indent), parameters);
  }

  @Override
  public String undo(String text, byte[] parameters) {
    String indented = indent(text, parameters[3] & 0xff);
    String lines = "\n".repeat(parameters[1] & 0xff) + indented + "\n".repeat(parameters[2] & 0xff);
    return parameters[0] == 1 ? lines.replace("\n", "\r\n") : lines;
  }

  private static boolean isCrlfThroughout(String text) {
    int newline = text.indexOf('\n');
    if (newline < 0) {
      return false;
    }
    while (newline >= 0) {
      if (newline == 0 || text.charAt(newline - 1) != '\r') {
        return false;
      }
      newline = text.indexOf('\n', newline + 1);
    }
    return true;
  }

  /** The least number of blanks that a line which is not empty starts with. */
  private static int sharedIndent(String text) {
    int least = Integer.MAX_VALUE;
    int line = 0;
    while (line < text.length() && least > 0) {
      int blanks = 0;
      while (line + blanks < text.length() && text.charAt(line + blanks) == ' ') {
        blanks++;
      }
      boolean empty = line + blanks == line && text.charAt(line) == '\n';
      least = empty ? least : Math.min(least, blanks);
      int newline = text.indexOf('\n', line);
      line = newline < 0 ? text.length() : newline + 1;
    }
    return least == Integer.MAX_VALUE ? 0 : least;
  }

  private static String dedent(String text, int indent) {
    if (indent == 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (String line : text.split("\n", -1)) {
      out.append(line.isEmpty() ? line : line.substring(indent)).append('\n');
    }
    out.setLength(out.length() - 1);
    return out.toString();
  }

  private static String indent(String text, int indent) {
    if (indent == 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (String line : text.split("\n", -1)) {
      out.append(line.isEmpty() ? "" : " ".repeat(indent)).append(line).append('\n');
    }
    out.setLength(out.length() - 1);
    return out.toString();
  }
}
