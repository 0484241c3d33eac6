package io.tokenlane.engine.token;

/**
 * A token that is found in the text as it stands, before any other rule.
 *
 * @param id its id
 * @param content its text, not empty
 * @param special whether it is a control token: recognised only under {@link
 *     Tokenizer.Specials#PARSE}, and no part of an answer
 * @param stripLeft whether white space before it belongs to it
 * @param stripRight whether white space behind it belongs to it
 * @param singleWord whether it is found only where no letter, digit or underscore touches it
 * @param normalized whether it is looked for in the normalised text
 */
public record AddedToken(
    int id,
    String content,
    boolean special,
    boolean stripLeft,
    boolean stripRight,
    boolean singleWord,
    boolean normalized) {

  public AddedToken {
    if (content.isEmpty()) {
      throw new TokenizerException(
          "added token " + id + ": empty (expected: at least one character)");
    }
  }

  /** A token without any of the special rules. */
  public static AddedToken plain(int id, String content, boolean special) {
    return new AddedToken(id, content, special, false, false, false, false);
  }
}
