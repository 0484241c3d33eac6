package io.tokenlane.gateway.translate;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tool calls of one stream. Nodes may send pieces of several calls mixed, by their index; the
 * other interfaces have one call after the other. So what comes of another call is held back until
 * the one that is being written is whole, which its arguments tell, or until something else comes.
 */
final class CallsInTurn {
  private final BiConsumer<String, String> begin;
  private final Consumer<String> fill;
  private final NavigableMap<Integer, Call> calls = new TreeMap<>();
  private @Nullable Call open;

  /**
   * Puts calls into two functions.
   *
   * @param begin takes the next call's id and name
   * @param fill takes a piece of its arguments
   */
  CallsInTurn(BiConsumer<String, String> begin, Consumer<String> fill) {
    this.begin = begin;
    this.fill = fill;
  }

  private static final class Call {
    private final StringBuilder arguments = new StringBuilder();
    private String id = "";
    private String name = "";
    private boolean begun;
    private int written;

    void take(JsonNode piece) {
      JsonNode function = piece.path("function");
      id = id.isEmpty() ? Json.text(piece, "id") : id;
      name = name.isEmpty() ? Json.text(function, "name") : name;
      arguments.append(Json.text(function, "arguments"));
    }

    boolean isWhole() {
      int length = arguments.length();
      return length > 0
          && arguments.charAt(length - 1) == '}'
          && Json.parse(arguments.toString()).isPresent();
    }
  }

  /** One piece of the call with this index. */
  void piece(int index, JsonNode piece) {
    Call mine = calls.computeIfAbsent(index, i -> new Call());
    mine.take(piece);
    Call writing = open;
    if (mine != writing && (writing == null || writing.isWhole()) && !mine.begun) {
      open = mine;
    }
    if (mine == open) {
      write(mine);
    }
  }

  /** Writes what was held back: something else comes, or the stream ends. */
  void rest() {
    if (open != null) {
      open = null;
      calls.values().stream().filter(call -> !call.begun).forEach(this::write);
    }
  }

  /** Whether there were any. */
  boolean any() {
    return !calls.isEmpty();
  }

  private void write(Call call) {
    if (!call.begun) {
      call.begun = true;
      begin.accept(call.id, call.name);
    }
    if (call.written < call.arguments.length()) {
      fill.accept(call.arguments.substring(call.written));
      call.written = call.arguments.length();
    }
  }
}
