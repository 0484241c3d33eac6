package io.tokenlane.gateway.prefetch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An endpoint as it is written in the configuration: a path with its query, or a method, a path and
 * the content, as {@code POST /search {"q": "all"}}.
 *
 * @param content empty for a GET
 */
record Endpoint(String method, String target, String content) {
  private static final Pattern WITH_CONTENT =
      Pattern.compile("(POST|QUERY) (/[^/\\s]\\S*|/) (.+)", Pattern.DOTALL);
  private static final Pattern PATH = Pattern.compile("/|/[^/\\s]\\S*");

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException where it is none
   */
  static Endpoint parse(String written) {
    Matcher asking = WITH_CONTENT.matcher(written);
    if (asking.matches()) {
      return new Endpoint(asking.group(1), asking.group(2), asking.group(3));
    }
    if (!PATH.matcher(written).matches()) {
      throw new IllegalArgumentException(
          "endpoints: "
              + written
              + " (expected: a path starting with /, or POST or QUERY, a path and content)");
    }
    return new Endpoint("GET", written, "");
  }

  /** The content's type: JSON, or a form. */
  String type() {
    boolean json = content.startsWith("{") || content.startsWith("[");
    return json ? "application/json" : "application/x-www-form-urlencoded";
  }
}
