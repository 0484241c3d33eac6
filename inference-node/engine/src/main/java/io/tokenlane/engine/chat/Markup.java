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
  static String escaped(Object value) {
    return value instanceof Markup markup ? markup.text() : escape(Values.text(value));
  }
}
