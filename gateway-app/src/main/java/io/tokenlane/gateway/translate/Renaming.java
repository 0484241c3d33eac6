package io.tokenlane.gateway.translate;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chat's parameter that is called otherwise in another interface.
 *
 * @param ours what the chat's name begins with
 * @param theirs what stands there in the other interface; {@code $1} is the pattern's first group
 */
record Renaming(Pattern ours, String theirs) {

  /**
   * Of a parameter and all that is within it.
   *
   * @param ours a pattern
   */
  static Renaming of(String ours, String theirs) {
    return new Renaming(Pattern.compile("^" + ours + "(?=$|[.\\[])"), theirs);
  }

  /** The other interface's name; empty where this is about another parameter. */
  Optional<String> put(String name) {
    Matcher beginning = ours.matcher(name);
    return beginning.find() ? Optional.of(beginning.replaceFirst(theirs)) : Optional.empty();
  }
}
