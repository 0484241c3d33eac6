package io.tokenlane.gateway.reload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which values of a configuration nobody is shown. */
public final class Secrets {
  private static final String HIDDEN = "(hidden)";
  private static final Pattern NAME =
      Pattern.compile(
          "(.*(api[-_]?key|password|secret|token|credentials?|authorization)(s?\\[\\d+])?"
              + "|.*\\.headers\\..*|.*filters\\[\\d+]\\.args\\b.*)",
          Pattern.CASE_INSENSITIVE);

  /** Keys written out, and fields and parameters that filters add. */
  private static final Pattern VALUE =
      Pattern.compile(
          "PRIVATE KEY-----|^(Add|Set|Rewrite)Request(Header|Parameter)\\w*=",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern IN_URI = Pattern.compile("//[^/@\\s]*@");

  /** Of a URI, or of a path that stands alone. */
  private static final Pattern QUERY =
      Pattern.compile(
          "((?:(?:^|[\\s,])|[a-z][a-z0-9+.-]*:/)/[^\\s?]*\\?)\\S+", Pattern.CASE_INSENSITIVE);

  private static final Pattern COMPLAINT =
      Pattern.compile("^([^\\s:]+): (.*) \\(expected: ", Pattern.DOTALL);

  private Secrets() {}

  /** The value of a property as it may be shown. */
  public static String hidden(String name, String value) {
    boolean secret = NAME.matcher(name).matches() || VALUE.matcher(value).find();
    return secret && !value.isEmpty() ? HIDDEN : hiddenInUris(value);
  }

  private static String hiddenInUris(String text) {
    return QUERY.matcher(IN_URI.matcher(text).replaceAll("//(hidden)@")).replaceAll("$1(hidden)");
  }

  /** A complaint {@code name: value (expected: …)} as it may be shown. */
  static String hiddenIn(String complaint) {
    Matcher parts = COMPLAINT.matcher(complaint);
    if (!parts.find()) {
      return hiddenInUris(complaint);
    }
    String value = hidden(parts.group(1), parts.group(2));
    return parts.group(1) + ": " + value + complaint.substring(parts.end(2));
  }
}
