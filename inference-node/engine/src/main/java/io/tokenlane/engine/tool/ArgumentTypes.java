package io.tokenlane.engine.tool;

import java.util.Set;

/** Which types of values tools take, where a format does not tell text from JSON. */
@FunctionalInterface
public interface ArgumentTypes {
  /**
   * The types that an argument may have, by their names in JSON schemas; numbers include integers.
   * Empty if the tool does not tell.
   */
  Set<String> of(String tool, String argument);
}
