package io.tokenlane.compress.template;

import java.util.regex.Pattern;

/** How a template marks its variables. */
public enum Syntax {
  /** {@code {{ x }}}, {@code {% if %}}, {@code {% for %}}: a subset of Jinja 3. */
  JINJA,
  /** {@code {{x}}}, {@code {{#section}}}: Mustache without partials and without HTML escaping. */
  MUSTACHE,
  /** {@code {x}}: Python's {@code str.format} with names; {@code {{} and {@code }}} are braces. */
  BRACES;

  private static final Pattern SECTIONS = Pattern.compile("\\{\\{\\s*[#^/&!{]");
  private static final Pattern DOUBLED =
      Pattern.compile("\\{%|\\{#|\\{\\{-?\\s*[\\w\"'][^{}]*+\\}\\}");

  /** The syntax that the source is most likely in. */
  public static Syntax of(String source) {
    if (source.contains("{%")) {
      return JINJA;
    }
    if (SECTIONS.matcher(source).find()) {
      return MUSTACHE;
    }
    return DOUBLED.matcher(source).find() ? JINJA : BRACES;
  }
}
