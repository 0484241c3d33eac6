package io.tokenlane.engine.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one call, character by character, behind what opens it. */
abstract class CallReader {
  /** Characters up to the end of a tool's name, with what stands around it. */
  static final int LONGEST_NAME = 256;

  private final int index;
  private final List<CallPiece> pieces = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private @Nullable String name;

  CallReader(int index) {
    this.index = index;
  }

  /** What reading a character came to. */
  enum Status {
    MORE,
    /** The call is complete. */
    DONE,
    /** The call was complete before the character, which is not part of it. */
    DONE_BEFORE,
    /** With the character a JSON object begins, where a call is written otherwise. */
    JSON,
    /** It is no call. */
    FAILED
  }

  /** Takes the next character. */
  abstract Status accept(char c);

  /** Whether the tool's name is known, so that clients have heard of the call. */
  final boolean started() {
    return name != null;
  }

  final void start(String tool) {
    name = tool;
    pieces.add(new CallPiece.Start(index, tool));
  }

  final void argument(String json) {
    arguments.append(json);
  }

  final void argument(char json) {
    arguments.append(json);
  }

  /** The pieces since the last time; arguments only once the name is known. */
  final List<CallPiece> take() {
    if (started() && !arguments.isEmpty()) {
      pieces.add(new CallPiece.Arguments(index, arguments.toString()));
      arguments.setLength(0);
    }
    List<CallPiece> taken = List.copyOf(pieces);
    pieces.clear();
    return taken;
  }

  static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
