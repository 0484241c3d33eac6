package io.tokenlane.compress.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a template's source into nodes. */
final class SourceParser {
  private static final Pattern JINJA = Pattern.compile("\\{[#%{]");

  /** What ends a text that is taken as it is. */
  static final Pattern RAW_END = Pattern.compile("\\{%-?\\s*endraw\\s*-?%\\}");

  private static final Pattern MUSTACHE =
      Pattern.compile("\\{\\{\\{(.*?)\\}\\}\\}|\\{\\{([#^/!&>=]?)(.*?)\\}\\}", Pattern.DOTALL);
  private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{([A-Za-z_][\\w.]*)\\}");
  private static final Pattern LOOP =
      Pattern.compile(
          "\\s*([A-Za-z_]\\w*)\\s*(?:,\\s*([A-Za-z_]\\w*)\\s*)?\\sin\\s(.*)", Pattern.DOTALL);
  private static final Expression ALWAYS = new Expression.Constant(true);

  private final String source;
  private final Deque<Open> open = new ArrayDeque<>();

  /** Kinds of tags that no later place closes. */
  private final Set<Character> unclosed = new HashSet<>();

  private int copied;

  /** A block that has begun. */
  private static final class Open {
    private final String keyword;
    private final Expression value;
    private final List<String> names;
    private final List<Node.Branch> branches = new ArrayList<>();
    private Expression condition;
    private List<Node> body = new ArrayList<>();

    Open(String keyword, Expression value, List<String> names) {
      this.keyword = keyword;
      this.value = value;
      this.names = names;
      this.condition = value;
    }

    void branch(Expression next) {
      branches.add(new Node.Branch(condition, body));
      condition = next;
      body = new ArrayList<>();
    }

    Node node() {
      branches.add(new Node.Branch(condition, body));
      if (keyword.equals("if")) {
        return new Node.If(branches);
      }
      List<Node> otherwise = branches.size() > 1 ? branches.get(1).body() : List.of();
      return new Node.For(names, value, branches.getFirst().body(), otherwise);
    }
  }

  private SourceParser(String source) {
    this.source = source;
    open.push(new Open("template", ALWAYS, List.of()));
  }

  /**
   * @throws IllegalArgumentException telling what is wrong
   */
  static List<Node> parse(String source, Syntax syntax) {
    SourceParser parser =
        new SourceParser(
            syntax == Syntax.JINJA && source.endsWith("\n")
                ? source.substring(0, source.length() - 1)
                : source);
    switch (syntax) {
      case JINJA -> parser.jinja();
      case MUSTACHE -> parser.mustache();
      case BRACES -> parser.braces();
    }
    parser.text(parser.source.length());
    Open last = parser.open.pop();
    if (!last.keyword.equals("template")) {
      throw wrong(last.keyword, "its end");
    }
    return last.body;
  }

  private static IllegalArgumentException wrong(String what, String expected) {
    return new IllegalArgumentException(
        "template: " + what.strip() + " (expected: " + expected + ")");
  }

  private void begin(Open block) {
    if (open.size() > Template.MOST_NESTED) {
      throw wrong(block.keyword, "at most " + Template.MOST_NESTED + " blocks within each other");
    }
    open.push(block);
  }

  private Open top() {
    return open.element();
  }

  private void add(Node node) {
    top().body.add(node);
  }

  /** The text up to here. */
  private void text(int end) {
    if (end > copied) {
      literal(source.substring(copied, end));
    }
  }

  private void literal(String text) {
    List<Node> body = top().body;
    if (!body.isEmpty() && body.getLast() instanceof Node.Text before) {
      body.set(body.size() - 1, new Node.Text(before.text() + text));
    } else if (!text.isEmpty()) {
      body.add(new Node.Text(text));
    }
  }

  private void jinja() {
    Matcher tag = JINJA.matcher(source);
    int at = 0;
    while (tag.find(at)) {
      char kind = source.charAt(tag.start() + 1);
      int end = tagEnd(kind, tag.end());
      if (end < 0) {
        at = tag.start() + 1;
      } else {
        jinja(kind, tag.start(), end);
        at = copied;
      }
    }
  }

  /** Where the closing mark of a tag stands; -1 where there is none. */
  private int tagEnd(char kind, int from) {
    int end = unclosed.contains(kind) ? -1 : source.indexOf((kind == '{' ? '}' : kind) + "}", from);
    if (end < 0) {
      unclosed.add(kind);
    }
    return end;
  }

  private void jinja(char kind, int start, int end) {
    String inside = source.substring(start + 2, end);
    boolean trimBefore = kind != '#' && inside.startsWith("-");
    boolean trimAfter =
        kind != '#' && inside.length() > (trimBefore ? 1 : 0) && inside.endsWith("-");
    int before = start;
    while (trimBefore && before > copied && Character.isWhitespace(source.charAt(before - 1))) {
      before--;
    }
    text(before);
    copied = end + 2;
    String code = inside.substring(trimBefore ? 1 : 0, inside.length() - (trimAfter ? 1 : 0));
    if (kind == '%') {
      statement(code.strip());
    } else if (kind == '{') {
      add(new Node.Output(ExpressionParser.parse(code)));
    }
    while (trimAfter && copied < source.length() && Character.isWhitespace(source.charAt(copied))) {
      copied++;
    }
  }

  private void statement(String statement) {
    String[] parts = statement.split("\\s+", 2);
    String rest = parts.length > 1 ? parts[1] : "";
    switch (parts[0]) {
      case "if" -> begin(new Open("if", ExpressionParser.parse(rest), List.of()));
      case "elif" -> top("if", statement).branch(ExpressionParser.parse(rest));
      case "else" -> top(null, statement).branch(ALWAYS);
      case "for" -> loop(rest);
      case "endif" -> close("if", statement);
      case "endfor" -> close("for", statement);
      case "raw" -> raw();
      default -> throw wrong(statement, "if, elif, else, endif, for, endfor or raw");
    }
  }

  private Open top(@Nullable String keyword, String statement) {
    Open block = top();
    if (block.keyword.equals("template") || (keyword != null && !block.keyword.equals(keyword))) {
      throw wrong(statement, "inside its block");
    }
    return block;
  }

  private void close(String keyword, String statement) {
    top(keyword, statement);
    Node node = open.pop().node();
    add(node);
  }

  private void loop(String clause) {
    Matcher parts = LOOP.matcher(" " + clause);
    if (!parts.matches()) {
      throw wrong("for " + clause, "for NAME in VALUE");
    }
    List<String> names =
        parts.group(2) == null ? List.of(parts.group(1)) : List.of(parts.group(1), parts.group(2));
    begin(new Open("for", ExpressionParser.parse(parts.group(3)), names));
  }

  private void raw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(copied)) {
      throw wrong("raw", "endraw");
    }
    literal(source.substring(copied, end.start()));
    copied = end.end();
  }

  private void mustache() {
    Matcher tag = MUSTACHE.matcher(source);
    int at = 0;
    int end = source.lastIndexOf("}}") + 2;
    while (at < end && tag.region(at, end).find()) {
      String sigil = tag.group(1) != null ? "&" : tag.group(2);
      String name = (tag.group(1) != null ? tag.group(1) : tag.group(3)).strip();
      boolean alone = "#^/!".contains(sigil) && !sigil.isEmpty() && standsAlone(tag);
      text(alone ? lineStart(tag.start()) : tag.start());
      copied = alone ? afterLine(tag.end()) : tag.end();
      section(sigil, name);
      at = copied;
    }
  }

  private boolean standsAlone(Matcher tag) {
    int start = tag.start();
    while (start > copied && isBlank(source.charAt(start - 1))) {
      start--;
    }
    return (start == 0 || source.charAt(start - 1) == '\n')
        && source.substring(tag.end(), afterLine(tag.end())).isBlank();
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) && c != '\n';
  }

  private int lineStart(int at) {
    return source.lastIndexOf('\n', at - 1) + 1;
  }

  private int afterLine(int at) {
    int end = source.indexOf('\n', at);
    return end < 0 ? source.length() : end + 1;
  }

  private void section(String sigil, String name) {
    switch (sigil) {
      case "#" -> begin(new Open("#" + name, path(name), List.of()));
      case "^" ->
          begin(
              new Open("if", new Expression.Call("not", List.of(path(name))), List.of("/" + name)));
      case "/" -> {
        Open block = open.pop();
        if (!block.keyword.equals("#" + name) && !block.names.contains("/" + name)) {
          throw wrong("{{/" + name + "}}", "the end of " + block.keyword);
        }
        add(block.node());
      }
      case "!" -> {}
      case "", "&" -> add(new Node.Output(path(name)));
      default -> throw wrong("{{" + sigil + name + "}}", "no partials, no other delimiters");
    }
  }

  private static Expression path(String name) {
    if (!name.matches("\\.|[A-Za-z_][\\w.-]*")) {
      throw wrong("{{" + name + "}}", "a name");
    }
    if (name.equals(".")) {
      return new Expression.Name(name);
    }
    String[] parts = name.split("\\.");
    if (parts.length > Template.MOST_NESTED) {
      throw wrong(name, "at most " + Template.MOST_NESTED + " names");
    }
    Expression path = new Expression.Name(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      path = new Expression.Member(path, new Expression.Constant(parts[i]));
    }
    return path;
  }

  private void braces() {
    Matcher tag = BRACES.matcher(source);
    while (tag.find()) {
      text(tag.start());
      copied = tag.end();
      String name = tag.group(1);
      if (name == null) {
        literal(tag.group().substring(1));
      } else {
        add(new Node.Output(path(name)));
      }
    }
  }
}
