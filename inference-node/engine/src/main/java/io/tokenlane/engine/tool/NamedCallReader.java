package io.tokenlane.engine.tool;

/** A call as the name, a separator and the arguments. */
final class NamedCallReader extends CallReader {
  private final ToolFormat.NamedBody body;
  private final StringBuilder head = new StringBuilder();
  private final JsonValue value = new JsonValue();
  private boolean inside;

  NamedCallReader(int index, ToolFormat.NamedBody body) {
    super(index);
    this.body = body;
  }

  @Override
  Status accept(char c) {
    return started() ? arguments(c) : head(c);
  }

  private Status head(char c) {
    head.append(c);
    int end = head.length() - body.separator().length();
    if (end >= 0 && head.indexOf(body.separator(), end) == end) {
      String name = name(head.substring(0, end));
      if (name.isEmpty()) {
        return Status.FAILED;
      }
      start(name);
    }
    return head.length() > LONGEST_NAME ? Status.FAILED : Status.MORE;
  }

  private String name(String text) {
    String name = text.strip();
    if (name.startsWith(body.before())) {
      name = name.substring(body.before().length());
    }
    for (int i = 0; i < name.length(); i++) {
      if (body.nameEnd().indexOf(name.charAt(i)) >= 0) {
        return name.substring(0, i).strip();
      }
    }
    return name.strip();
  }

  private Status arguments(char c) {
    if (!inside && isSpace(c)) {
      return Status.MORE;
    }
    if (!inside && c != '{') {
      argument("{}");
      return Status.DONE_BEFORE;
    }
    inside = true;
    argument(c);
    return value.accept(c) == JsonValue.Place.LAST ? Status.DONE : Status.MORE;
  }
}
