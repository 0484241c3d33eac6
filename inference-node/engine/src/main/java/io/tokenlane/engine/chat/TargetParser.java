package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads what a value is assigned to. */
final class TargetParser {
  private static final Set<String> CONSTANTS =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenStream tokens;

  TargetParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /**
   * @param mayBeTuple whether names separated by commas are one target
   */
  Target parse(boolean mayBeTuple) {
    Target first = single();
    if (!mayBeTuple || !tokens.peek().isOperator(",")) {
      return first;
    }
    List<Target> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && startsTarget()) {
      parts.add(single());
    }
    return new Target.Parts(parts);
  }

  private boolean startsTarget() {
    Token next = tokens.peek();
    return next.isOperator("(") || (next.kind() == Kind.NAME && !next.isName("in"));
  }

  private Target single() {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = parse(true);
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expect(Kind.NAME).text();
    if (CONSTANTS.contains(name)) {
      throw tokens.malformed("cannot assign to '" + name + "'");
    }
    return tokens.skipOperator(".")
        ? new Target.Attribute(name, tokens.expect(Kind.NAME).text())
        : new Target.Name(name);
  }
}
