package io.tokenlane.engine.grammar;

import tools.jackson.databind.JsonNode;

/**
 * Expressions for the values of JSON schemas (draft 2020-12), as far as a grammar can hold them:
 * what OpenAI's structured outputs take, and more. Objects come with their properties in the order
 * of the schema.
 */
public final class JsonSchema {
  private JsonSchema() {}

  /**
   * The values that a schema takes.
   *
   * @throws SchemaException if it says something that cannot be enforced
   * @throws GrammarException if it is too large
   */
  public static Expr values(JsonNode schema) {
    return values(schema, new NodeBudget());
  }

  /**
   * As {@link #values(JsonNode)}.
   *
   * @param budget of all schemas of a grammar together
   */
  public static Expr values(JsonNode schema, NodeBudget budget) {
    return new SchemaReader(schema, budget).whole();
  }

  /** The text as a JSON string. */
  public static Expr constant(String text) {
    return Expr.text(Literals.json(text));
  }

  /** What may stand between the tokens of JSON: nothing, a space, or a new line with an indent. */
  public static Expr space() {
    return JsonText.space();
  }

  /** Any JSON object. */
  public static Expr anyObject() {
    return new Expr.Call(JsonText.OBJECT);
  }
}
