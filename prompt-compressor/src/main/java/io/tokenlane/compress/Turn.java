package io.tokenlane.compress;

import java.util.Set;

/**
 * One message of a conversation.
 *
 * @param role such as {@code system}, {@code user}, {@code assistant}, {@code tool}
 */
public record Turn(String role, String text) {
  private static final Set<String> OPERATORS = Set.of("system", "developer");

  /** Whether the operator speaks; such a message draws on no other's text. */
  boolean isOperators() {
    return OPERATORS.contains(role);
  }
}
