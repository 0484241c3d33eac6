package io.tokenlane.engine.tool;

import java.util.function.BiPredicate;

/** A call as a name and tagged arguments, whose values are text or JSON. */
final class TaggedCallReader extends CallReader {
  private final ToolFormat.TaggedBody body;
  private final BiPredicate<String, String> isText;
  private final StringBuilder held = new StringBuilder();
  private String name = "";
  private boolean inName = true;
  private int count;

  /**
   * @param isText whether an argument (tool, argument) is text by the tool's schema
   */
  TaggedCallReader(int index, ToolFormat.TaggedBody body, BiPredicate<String, String> isText) {
    super(index);
    this.body = body;
    this.isText = isText;
  }

  @Override
  Status accept(char c) {
    held.append(c);
    if (inName && !nameEnds()) {
      return Status.MORE;
    }
    if (inName) {
      inName = false;
      if (name.isEmpty()) {
        return Status.FAILED;
      }
      start(name);
      argument("{");
    }
    if (!endsWith(body.end()) || insideValue()) {
      if (endsWith(body.valueEnd())) {
        argument();
      }
      return Status.MORE;
    }
    argument("}");
    return Status.DONE;
  }

  private boolean endsWith(String text) {
    int at = held.length() - text.length();
    return at >= 0 && held.indexOf(text, at) == at;
  }

  private boolean insideValue() {
    return held.indexOf(body.key()) >= 0;
  }

  private boolean nameEnds() {
    int start = held.indexOf(body.before());
    if (start < 0) {
      return false;
    }
    int from = start + body.before().length();
    while (from < held.length() && isSpace(held.charAt(from))) {
      from++;
    }
    for (String end : new String[] {body.nameEnd(), body.key(), body.end()}) {
      int at = held.indexOf(end, from);
      if (at >= from && at > 0) {
        name = held.substring(from, at).strip();
        held.delete(0, end.equals(body.nameEnd()) ? at + end.length() : at);
        return true;
      }
    }
    return false;
  }

  private void argument() {
    int key = held.indexOf(body.key());
    if (key < 0) {
      return;
    }
    int from = key + body.key().length();
    int keyEnd = held.indexOf(body.value().getFirst(), from);
    int value = keyEnd;
    for (String part : body.value()) {
      int at = value < 0 ? -1 : held.indexOf(part, value);
      value = at < 0 ? -1 : at + part.length();
    }
    if (value < 0) {
      return;
    }
    String argument = held.substring(from, keyEnd).strip();
    String text = unwrapped(held.substring(value, held.length() - body.valueEnd().length()));
    argument((count++ == 0 ? "" : ", ") + JsonText.string(argument) + ": ");
    argument(json(argument, text));
    held.setLength(0);
  }

  /** Without the new line on either side that the format puts there. */
  private static String unwrapped(String text) {
    int from = text.startsWith("\n") ? 1 : 0;
    int to = text.length() > from && text.endsWith("\n") ? text.length() - 1 : text.length();
    return text.substring(from, to);
  }

  private String json(String argument, String text) {
    boolean json = !isText.test(name, argument) && JsonText.isJson(text.strip());
    return json ? text.strip() : JsonText.string(text);
  }
}
