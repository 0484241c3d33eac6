package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Statements.Branch;
import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recursive descent over Jinja's statements. */
final class StatementParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final TargetParser targets;
  private int loops;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    expressions = new ExpressionParser(tokens);
    targets = new TargetParser(tokens);
  }

  /** The statements of a whole template. */
  static List<Statement> parse(String source, int maxDepth) {
    StatementParser parser = new StatementParser(new TokenStream(Lexer.tokens(source), maxDepth));
    List<Statement> body = parser.body(Set.of());
    if (parser.tokens.peek().kind() != Kind.END) {
      throw parser.tokens.unexpected("end of template");
    }
    return body;
  }

  /** Statements up to a tag with one of these names, whose opening is consumed. */
  private List<Statement> body(Set<String> ends) {
    tokens.enter();
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      switch (token.kind()) {
        case DATA -> statements.add(new Statements.Text(tokens.next().text()));
        case PRINT_BEGIN -> statements.add(print());
        case BLOCK_BEGIN -> {
          tokens.next();
          if (tokens.peek().kind() == Kind.NAME && ends.contains(tokens.peek().text())) {
            tokens.leave();
            return statements;
          }
          statements.add(statement());
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.unexpected("one of " + ends.stream().sorted().toList());
          }
          tokens.leave();
          return statements;
        }
      }
    }
  }

  private Statement print() {
    tokens.next();
    Expr value = expressions.tuple();
    tokens.expect(Kind.PRINT_END);
    return new Statements.Print(value);
  }

  private Statement statement() {
    Token tag = tokens.expect(Kind.NAME);
    return switch (tag.text()) {
      case "if" -> ifStatement();
      case "for" -> forLoop();
      case "set" -> set();
      case "macro" -> macro();
      case "call" -> callBlock();
      case "filter" -> filterBlock();
      case "with" -> with();
      case "generation" -> new Statements.Block(bodyOf("endgeneration"));
      case "break", "continue" -> leaveRound(tag);
      default -> throw tokens.malformed("unknown tag '" + tag.text() + "'");
    };
  }

  /** The tag's end, the body behind it, and the closing tag. */
  private List<Statement> bodyOf(String end) {
    endTag();
    List<Statement> body = body(Set.of(end));
    tokens.next();
    endTag();
    return body;
  }

  private void endTag() {
    tokens.expect(Kind.BLOCK_END);
  }

  private Statement ifStatement() {
    List<Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    Set<String> ends = Set.of("elif", "else", "endif");
    String tag = "if";
    while (tag.equals("if") || tag.equals("elif")) {
      Expr condition = expressions.tupleWithoutCondition();
      endTag();
      branches.add(new Branch(condition, body(ends)));
      tag = tokens.next().text();
    }
    if (tag.equals("else")) {
      otherwise = bodyOf("endif");
    } else {
      endTag();
    }
    return new Statements.If(branches, otherwise);
  }

  private Statement forLoop() {
    Target target = targets.parse(true);
    tokens.expectName("in");
    Expr items = expressions.tupleWithoutCondition();
    Expr condition = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    endTag();
    loops++;
    List<Statement> body = body(Set.of("else", "endfor"));
    loops--;
    List<Statement> otherwise = List.of();
    if (tokens.next().text().equals("else")) {
      otherwise = bodyOf("endfor");
    } else {
      endTag();
    }
    return new ForLoop(target, items, condition, recursive, body, otherwise);
  }

  private Statement leaveRound(Token tag) {
    if (loops == 0) {
      throw tokens.malformed("'" + tag.text() + "' outside a loop");
    }
    endTag();
    return tag.text().equals("break") ? Statements.Leave.BREAK : Statements.Leave.CONTINUE;
  }

  private Statement set() {
    Target target = targets.parse(true);
    if (tokens.skipOperator("=")) {
      Expr value = expressions.tuple();
      endTag();
      return new Statements.Set(target, value);
    }
    Expr filtered = filters(new Expressions.Name(Statements.CAPTURED));
    return new Statements.SetBlock(target, filtered, bodyOf("endset"));
  }

  private Expr filters(Expr start) {
    Expr value = start;
    while (tokens.skipOperator("|")) {
      value = expressions.filter(value);
    }
    return value;
  }

  private Statement filterBlock() {
    Expr value = filters(expressions.filter(new Expressions.Name(Statements.CAPTURED)));
    return new Statements.FilterBlock(value, bodyOf("endfilter"));
  }

  private Statement macro() {
    String name = tokens.expect(Kind.NAME).text();
    return new Statements.DefineMacro(definition(name, parameters(), "endmacro"));
  }

  private Macro.Definition definition(String name, List<Macro.Parameter> parameters, String end) {
    int outerLoops = loops;
    loops = 0;
    int start = tokens.position();
    List<Statement> body = bodyOf(end);
    loops = outerLoops;
    boolean takesMore = tokens.mentions("varargs", start);
    boolean takesNames = tokens.mentions("kwargs", start);
    return new Macro.Definition(name, parameters, body, takesMore, takesNames);
  }

  private List<Macro.Parameter> parameters() {
    List<Macro.Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = tokens.expect(Kind.NAME).text();
      @Nullable Expr value = tokens.skipOperator("=") ? expressions.expression() : null;
      if (value == null && !parameters.isEmpty() && parameters.getLast().value() != null) {
        throw tokens.malformed("parameter '" + name + "' without default follows one with");
      }
      parameters.add(new Macro.Parameter(name, value));
    }
    return parameters;
  }

  private Statement callBlock() {
    List<Macro.Parameter> parameters =
        tokens.peek().isOperator("(") ? parameters() : List.<Macro.Parameter>of();
    if (!(expressions.expression() instanceof Expressions.Call call)) {
      throw tokens.unexpected("a call");
    }
    return new Statements.CallBlock(call, definition("caller", parameters, "endcall"));
  }

  private Statement with() {
    List<Target> names = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (tokens.peek().kind() != Kind.BLOCK_END) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      names.add(targets.parse(false));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statements.With(names, values, bodyOf("endwith"));
  }
}
