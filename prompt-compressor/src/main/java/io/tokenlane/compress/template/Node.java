package io.tokenlane.compress.template;

import java.util.List;

/** A part of a template. */
sealed interface Node {
  /** Text as it is. */
  record Text(String text) implements Node {}

  /** A value printed. */
  record Output(Expression value) implements Node {}

  /** The first branch whose condition holds; the last one's condition may be a constant. */
  record If(List<Branch> branches) implements Node {}

  /** A condition and what it guards. */
  record Branch(Expression condition, List<Node> body) {}

  /**
   * The body once for each element.
   *
   * @param names one name, or two for the pairs of a mapping; none: the element's members are names
   */
  record For(List<String> names, Expression value, List<Node> body, List<Node> otherwise)
      implements Node {}
}
