package io.tokenlane.engine.grammar;

/**
 * A JSON schema that cannot be enforced; the message names keyword, value and what was expected.
 */
public final class SchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * @param path where the keyword stands in the schema
   * @param message value and expectation
   */
  SchemaException(SchemaPath path, String message) {
    super(message);
    this.path = path.toString();
  }

  /** Where the keyword stands in the schema, a JSON pointer; empty for the schema itself. */
  public String path() {
    return path;
  }
}
