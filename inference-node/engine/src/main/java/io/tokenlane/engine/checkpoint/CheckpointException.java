package io.tokenlane.engine.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * A model file cannot be used. The message is one line fit for an operator: file, field, value, and
 * what was expected.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_VALUE = 120;

  CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * @param file the file's name
   * @param field what was read, such as a key or a tensor's name
   * @param value what it said; shortened and freed of control characters
   * @param expected what would have been right
   */
  static CheckpointException of(String file, String field, Object value, String expected) {
    return new CheckpointException(
        "%s: %s: %s (expected: %s)"
            .formatted(file, printable(field), printable(String.valueOf(value)), expected),
        null);
  }

  /** One printable line of a text that an untrusted file supplied. */
  static String printable(String text) {
    String cut = text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
