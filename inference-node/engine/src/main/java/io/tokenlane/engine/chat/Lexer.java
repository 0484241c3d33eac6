package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens: text between tags as it will be printed (white-space control,
 * {@code trim_blocks} and {@code lstrip_blocks} applied, comments dropped, raw blocks taken as
 * text), and the tokens inside tags.
 */
final class Lexer {
  private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
  private static final Pattern TAG =
      Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%}\\s*|%})|\\{\\{[-+]?|\\{%[-+]?|\\{#[-+]?");
  private static final Pattern COMMENT_END = Pattern.compile("\\+#}|-#}\\s*|#}\\n?");
  private static final Pattern RAW_END =
      Pattern.compile("\\{%[-+]?\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)");
  private static final Pattern BLOCK_END = Pattern.compile("\\+%}|-%}\\s*|%}\\n?");
  private static final Pattern PRINT_END = Pattern.compile("-}}\\s*|}}");

  private final String source;
  private final TagLexer tags;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
    tags = new TagLexer(source, tokens);
  }

  /** All tokens, an {@code END} last. */
  static List<Token> tokens(String template) {
    String source = NEWLINE.matcher(template).replaceAll("\n");
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    Matcher tag = TAG.matcher(source);
    while (tag.find(position)) {
      text(position, tag.start(), tag.group());
      position = tag.end();
      switch (source.charAt(tag.start() + 1)) {
        case '#' -> skipTo(COMMENT_END, "end of comment");
        case '{' -> tag(Kind.PRINT_BEGIN, Kind.PRINT_END, PRINT_END, tag.start());
        default -> {
          if (tag.group().endsWith("}") || tag.group().stripTrailing().endsWith("%}")) {
            raw();
          } else {
            tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END, tag.start());
          }
        }
      }
      lineStarting = source.charAt(position - 1) == '\n';
    }
    addText(source.substring(position), position);
    tokens.add(new Token(Kind.END, "", line(source.length())));
  }

  private void tag(Kind begin, Kind end, Pattern endPattern, int start) {
    tokens.add(new Token(begin, begin == Kind.PRINT_BEGIN ? "{{" : "{%", line(start)));
    position = tags.lex(position, endPattern);
    tokens.add(new Token(end, end == Kind.PRINT_END ? "}}" : "%}", line(position)));
  }

  private void raw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(position)) {
      throw malformed("missing end of raw block", position);
    }
    lineStarting = false;
    text(position, end.start(), end.group());
    position = end.end();
  }

  private void skipTo(Pattern endPattern, String what) {
    Matcher end = endPattern.matcher(source);
    if (!end.find(position)) {
      throw malformed("missing " + what, position);
    }
    position = end.end();
  }

  /** Adds the text before a tag as the tag's first characters say. */
  private void text(int from, int to, String tag) {
    char sign = tag.length() > 2 ? tag.charAt(2) : ' ';
    String text = source.substring(from, to);
    if (sign == '-') {
      text = PythonText.stripEnd(text);
    } else if (sign != '+' && tag.charAt(1) != '{') {
      int line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || lineStarting) && PythonText.isBlank(text, line)) {
        text = text.substring(0, line);
      }
    }
    addText(text, from);
  }

  private void addText(String text, int at) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line(at)));
    }
  }

  private int line(int at) {
    return tags.line(at);
  }

  private TemplateException malformed(String what, int at) {
    return new TemplateException("template, line " + line(at) + ": " + what);
  }
}
