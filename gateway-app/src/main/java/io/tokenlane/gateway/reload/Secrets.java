package io.tokenlane.gateway.reload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which values of a configuration nobody is shown. */
public final class Secrets {
  private static final String HIDDEN = "(hidden)";
  private static final Pattern NAME =
      Pattern.compile(
          "(.*(api[-_]?key|password|secret|token|credentials?|authorization)(s?\\[\\d+])?"
              + "|.*\\.headers\\..*)",
          Pattern.CASE_INSENSITIVE);

  /** Keys written out, and fields that filters add. */
  private static final Pattern VALUE =
      Pattern.compile("PRIVATE KEY-----|^(Add|Set)RequestHeader", Pattern.CASE_INSENSITIVE);

  private static final Pattern IN_URI = Pattern.compile("//[^/@\\s]*@");
  private static final Pattern COMPLAINT =
      Pattern.compile("^([^\\s:]+): (.*) \\(expected: ", Pattern.DOTALL);

  private Secrets() {}

  /** The value of a property as it may be shown. */
  public static String hidden(String name, String value) {
    boolean secret = NAME.matcher(name).matches() || VALUE.matcher(value).find();
    return secret && !value.isEmpty() ? HIDDEN : IN_URI.matcher(value).replaceAll("//(hidden)@");
  }

  /** A complaint {@code name: value (expected: …)} as it may be shown. */
  static String hiddenIn(String complaint) {
    Matcher parts = COMPLAINT.matcher(complaint);
    if (!parts.find()) {
      return IN_URI.matcher(complaint).replaceAll("//(hidden)@");
    }
    String value = hidden(parts.group(1), parts.group(2));
    return parts.group(1) + ": " + value + complaint.substring(parts.end(2));
  }
}
