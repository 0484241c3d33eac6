package io.tokenlane.engine.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A named expression, which may refer to itself; defined once, before it is compiled. */
public final class Rule {
  private final Object name;
  private final boolean character;
  private @Nullable Expr body;

  /**
   * @param name for messages
   */
  public Rule(String name) {
    this(name, false);
  }

  /**
   * @param place of the schema whose values it stands for
   */
  Rule(SchemaPath place) {
    this(place, false);
  }

  /**
   * @param name told for messages by its {@link Object#toString()}
   * @param character whether it is one character of JSON string content, as {@link TokenIndex}
   *     sorts tokens by
   */
  Rule(Object name, boolean character) {
    this.name = name;
    this.character = character;
  }

  /** Says what the rule stands for. */
  public void define(Expr expression) {
    if (body != null) {
      throw new IllegalStateException("rule " + name + ": defined twice (expected: once)");
    }
    body = expression;
  }

  boolean isDefined() {
    return body != null;
  }

  Expr body() {
    return Objects.requireNonNull(body, () -> "rule " + name + ": not defined");
  }

  boolean isCharacter() {
    return character;
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
