package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the arguments of one call. */
final class ArgumentParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final List<Expr> positional = new ArrayList<>();
  private final List<ArgumentList.Named> named = new ArrayList<>();
  private @Nullable Expr spreadList;
  private @Nullable Expr spreadDict;

  ArgumentParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  ArgumentList parse() {
    tokens.expectOperator("(");
    for (boolean first = true; !tokens.skipOperator(")"); first = false) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      argument();
    }
    return new ArgumentList(positional, named, spreadList, spreadDict);
  }

  private void argument() {
    if (tokens.skipOperator("*")) {
      require(spreadList == null && spreadDict == null);
      spreadList = expressions.expression();
    } else if (tokens.skipOperator("**")) {
      require(spreadDict == null);
      spreadDict = expressions.expression();
    } else if (tokens.peek().kind() == Kind.NAME && tokens.peekSecond().isOperator("=")) {
      require(spreadDict == null);
      String name = tokens.next().text();
      tokens.next();
      named.add(new ArgumentList.Named(name, expressions.expression()));
    } else {
      require(named.isEmpty() && spreadList == null && spreadDict == null);
      positional.add(expressions.expression());
    }
  }

  private void require(boolean inOrder) {
    if (!inOrder) {
      throw tokens.malformed("positional arguments go before named ones, and those before **");
    }
  }
}
