package io.tokenlane.node.answer;

import java.util.List;

/**
 * A generated token with its probability.
 *
 * @param id its id
 * @param offset where its text begins in the answer, in UTF-16 characters
 * @param logprob natural logarithm of its probability
 * @param top the most likely tokens, most likely first
 */
public record ScoredToken(int id, int offset, float logprob, List<Alternative> top) {

  /** A token that might have been drawn. */
  public record Alternative(int id, float logprob) {}
}
