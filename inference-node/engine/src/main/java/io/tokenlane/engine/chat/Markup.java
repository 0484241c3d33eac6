package io.tokenlane.engine.chat;

/**
 * Text marked as safe: text added to it is escaped for HTML, as markupsafe does even where nothing
 * else is escaped.
 */
record Markup(String text) {

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /** The text of a value as it is put into markup. */
  static String escaped(Object value, Budget budget) {
    if (value instanceof Markup markup) {
      return markup.text();
    }
    String text = Values.print(value, budget);
    budget.elements(text.length());
    return escape(text);
  }
}
