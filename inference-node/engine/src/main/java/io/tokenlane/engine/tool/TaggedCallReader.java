package io.tokenlane.engine.tool;

import java.util.Collections;
import java.util.Set;

/** A call as a name and tagged arguments, whose values are text or JSON. */
final class TaggedCallReader extends CallReader {
  private final ToolFormat.TaggedBody body;
  private final ArgumentTypes types;

  /** What was read since the last tag. */
  private final StringBuilder held = new StringBuilder();

  private At at = At.NAME;
  private String name = "";
  private String argument = "";
  private int separators;
  private int count;

  /**
   * @param types tells text from JSON
   */
  TaggedCallReader(int index, ToolFormat.TaggedBody body, ArgumentTypes types) {
    super(index);
    this.body = body;
    this.types = types;
  }

  private enum At {
    NAME,
    /** Between arguments. */
    OUTSIDE,
    /** In the name of an argument, or in what stands between it and the value. */
    KEY,
    VALUE
  }

  @Override
  Status accept(char c) {
    held.append(c);
    return switch (at) {
      case NAME -> name();
      case OUTSIDE -> outside();
      case KEY -> key();
      case VALUE -> value();
    };
  }

  private boolean endsWith(String text) {
    int from = held.length() - text.length();
    return from >= 0 && held.indexOf(text, from) == from;
  }

  private Status go(At next) {
    at = next;
    held.setLength(0);
    return Status.MORE;
  }

  private Status name() {
    if (held.length() > LONGEST_NAME) {
      return Status.FAILED;
    }
    String seen = held.toString().stripLeading();
    if (seen.equals("{")) {
      return Status.JSON;
    }
    String before = body.before();
    if (seen.length() <= before.length()) {
      return before.startsWith(seen) ? Status.MORE : Status.FAILED;
    }
    String rest = seen.substring(before.length()).stripLeading();
    if (!seen.startsWith(before)) {
      return Status.FAILED;
    }
    for (String end : new String[] {body.end(), body.key(), body.nameEnd()}) {
      if (rest.endsWith(end)) {
        return begin(rest.substring(0, rest.length() - end.length()).strip(), end);
      }
    }
    return mayBeName(rest) ? Status.MORE : Status.FAILED;
  }

  /** A name has no spaces inside: behind one only what ends it may begin. */
  private boolean mayBeName(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isSpace(text.charAt(i))) {
        String behind = text.substring(i).strip();
        return body.end().startsWith(behind)
            || body.key().startsWith(behind)
            || body.nameEnd().startsWith(behind);
      }
    }
    return true;
  }

  private Status begin(String tool, String end) {
    if (tool.isEmpty()) {
      return Status.FAILED;
    }
    name = tool;
    start(tool);
    argument("{");
    if (end.equals(body.end())) {
      return complete();
    }
    return go(end.equals(body.key()) ? At.KEY : At.OUTSIDE);
  }

  private Status complete() {
    argument("}");
    return Status.DONE;
  }

  private Status outside() {
    if (endsWith(body.end())) {
      return complete();
    }
    if (endsWith(body.key())) {
      return go(At.KEY);
    }
    if (held.length() > Math.max(body.key().length(), body.end().length())) {
      held.deleteCharAt(0);
    }
    return Status.MORE;
  }

  private Status key() {
    String separator = body.value().get(separators);
    if (!endsWith(separator)) {
      return Status.MORE;
    }
    if (separators == 0) {
      argument = held.substring(0, held.length() - separator.length()).strip();
    }
    separators = (separators + 1) % body.value().size();
    return go(separators == 0 ? At.VALUE : At.KEY);
  }

  private Status value() {
    if (!endsWith(body.valueEnd())) {
      return Status.MORE;
    }
    String text = unwrapped(held.substring(0, held.length() - body.valueEnd().length()));
    argument((count++ == 0 ? "" : ", ") + JsonText.string(argument) + ": ");
    argument(json(text));
    return go(At.OUTSIDE);
  }

  /** Without the new line on either side that the format puts there. */
  private static String unwrapped(String text) {
    int from = text.startsWith("\n") ? 1 : 0;
    int to = text.length() > from && text.endsWith("\n") ? text.length() - 1 : text.length();
    return text.substring(from, to);
  }

  /** What may be text is JSON only where that is of another type that the argument may have. */
  private String json(String text) {
    Set<String> allowed = types.of(name, argument);
    Set<String> found = JsonText.types(text.strip());
    boolean json =
        allowed.contains("string")
            ? !found.contains("string") && !Collections.disjoint(allowed, found)
            : !found.isEmpty();
    return json ? text.strip() : JsonText.string(text);
  }
}
