package io.tokenlane.engine.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the calls in a stream of text. Text may be cut anywhere between deltas: what may yet become
 * a call is held back until it is decided, so {@link #finish()} must be called at the end. What
 * looks like a call but is none comes out as the text that it is.
 *
 * <p>Not thread-safe; one instance for one generation.
 */
public final class ToolCallParser {
  private final ToolFormat format;
  private final ArgumentTypes types;
  private final StringBuilder held = new StringBuilder();
  private final StringBuilder raw = new StringBuilder();
  private final StringBuilder spaces = new StringBuilder();
  private final StringBuilder text = new StringBuilder();
  private final List<CallPiece> pieces = new ArrayList<>();
  private @Nullable CallReader reader;
  private State state;

  /** Ends the call that was begun last. */
  private String close = "";

  private int calls;

  /** Calls that had begun before this section. */
  private int callsBefore;

  private int ended;

  private enum State {
    /** Before anything but spaces, where a format without a trigger begins. */
    START,
    TEXT,
    /** Text for good: the format has no trigger that could come later. */
    PLAIN,
    /** Where a call or the end of the calls is expected. */
    SECTION,
    CALL,
    /** Behind a call, where its closing text is expected. */
    CLOSING,
    /** Behind the token that begins code or calls. */
    PYTHON
  }

  /**
   * @param types of the tools' arguments; asked where the format does not tell text from JSON
   */
  public ToolCallParser(ToolFormat format, ArgumentTypes types) {
    this.format = format;
    this.types = types;
    state = format.trigger().isEmpty() ? State.START : State.TEXT;
  }

  /** Takes the next piece of text and gives what of it is decided. */
  public List<CallPiece> accept(String delta) {
    for (int i = 0; i < delta.length(); i++) {
      accept(delta.charAt(i));
    }
    return taken();
  }

  /** Ends the text: gives what was held back. */
  public List<CallPiece> finish() {
    if (state == State.PYTHON && builtIn(held.toString())) {
      held.setLength(0);
    } else if (reader != null && !reader.started()) {
      write(raw.toString());
    } else {
      if (state == State.SECTION) {
        giveBackSection();
      }
      write(held.toString());
    }
    if (calls == 0) {
      text.append(spaces);
    }
    return taken();
  }

  /** Calls that have begun. */
  public int calls() {
    return calls;
  }

  /** Calls that are complete. */
  public int ended() {
    return ended;
  }

  private List<CallPiece> taken() {
    flush();
    List<CallPiece> taken = List.copyOf(pieces);
    pieces.clear();
    return taken;
  }

  private void flush() {
    if (!text.isEmpty()) {
      pieces.add(new CallPiece.Text(text.toString()));
      text.setLength(0);
    }
    if (reader != null) {
      pieces.addAll(reader.take());
    }
  }

  /** Spaces are kept back: between and before calls they belong to nothing. */
  private void write(String more) {
    for (int i = 0; i < more.length(); i++) {
      char c = more.charAt(i);
      if (CallReader.isSpace(c)) {
        spaces.append(c);
      } else {
        text.append(spaces).append(c);
        spaces.setLength(0);
      }
    }
  }

  private void accept(char c) {
    switch (state) {
      case PLAIN -> write(String.valueOf(c));
      case CALL -> call(c);
      case PYTHON -> python(c);
      default -> {
        held.append(c);
        match();
      }
    }
  }

  private void match() {
    switch (state) {
      case START -> start();
      case TEXT -> findTrigger();
      case SECTION -> section();
      default -> closing();
    }
  }

  private void start() {
    String seen = held.toString().strip();
    if (seen.equals("{")) {
      begin(held.toString());
    } else if (seen.equals(ToolFormat.PYTHON_TAG)) {
      held.setLength(0);
      state = State.PYTHON;
    } else if (!ToolFormat.PYTHON_TAG.startsWith(seen)) {
      state = State.PLAIN;
      release();
    }
  }

  private void release() {
    String rest = held.toString();
    held.setLength(0);
    write(rest);
  }

  private void findTrigger() {
    String trigger = format.trigger();
    while (!held.isEmpty()) {
      if (held.length() == trigger.length() && trigger.contentEquals(held)) {
        raw.setLength(0);
        raw.append(held);
        held.setLength(0);
        if (format.section().isEmpty()) {
          open();
        } else {
          state = State.SECTION;
          callsBefore = calls;
        }
      } else if (trigger.startsWith(held.toString())) {
        return;
      } else {
        write(held.substring(0, 1));
        held.deleteCharAt(0);
      }
    }
  }

  private void section() {
    String seen = held.toString().strip();
    boolean array = format.body() instanceof ToolFormat.JsonBody json && json.array();
    boolean separators = seen.isEmpty() || seen.equals(";") || (array && "[,]".contains(seen));
    if (separators) {
      raw.append(held);
      held.setLength(0);
    } else if (format.open().isEmpty() && seen.startsWith("{")) {
      begin(seen);
    } else if (!format.open().isEmpty() && seen.equals(format.open())) {
      raw.append(held);
      held.setLength(0);
      open();
    } else if (!format.sectionEnd().isEmpty() && seen.equals(format.sectionEnd())) {
      held.setLength(0);
      state = State.TEXT;
    } else if (!format.open().startsWith(seen) && !format.sectionEnd().startsWith(seen)) {
      leaveSection();
    }
  }

  private void leaveSection() {
    giveBackSection();
    state = format.trigger().isEmpty() ? State.PLAIN : State.TEXT;
    release();
  }

  /** What looked like the beginning of calls is text if none came. */
  private void giveBackSection() {
    if (calls == callsBefore) {
      held.insert(0, raw);
    }
  }

  /** Begins a call whose first characters were already seen. */
  private void begin(String seen) {
    held.setLength(0);
    if (ended == 0) {
      spaces.setLength(0);
    }
    open();
    for (int i = 0; i < seen.length(); i++) {
      call(seen.charAt(i));
    }
  }

  private void open() {
    flush();
    reader = reader(format.body());
    close = format.close();
    state = State.CALL;
  }

  private CallReader reader(ToolFormat.Body body) {
    return switch (body) {
      case ToolFormat.JsonBody json -> new JsonCallReader(calls, json, format.trigger().isEmpty());
      case ToolFormat.NamedBody named -> new NamedCallReader(calls, named);
      case ToolFormat.TaggedBody tagged -> new TaggedCallReader(calls, tagged, types);
    };
  }

  private void call(char c) {
    CallReader current = reader;
    if (current == null) {
      return;
    }
    raw.append(c);
    boolean before = current.started();
    CallReader.Status status = current.accept(c);
    if (!before && current.started()) {
      calls++;
      spaces.setLength(0);
    }
    switch (status) {
      case MORE -> {}
      case DONE -> end();
      case DONE_BEFORE -> {
        end();
        accept(c);
      }
      case JSON -> json(c);
      case FAILED -> fail(current);
    }
  }

  /** Models that were taught another format write Hermes' too, whose tags may be the same. */
  private void json(char c) {
    CallReader current = reader;
    if (format.open().equals(ToolFormat.HERMES.open())) {
      close = ToolFormat.HERMES.close();
      reader = reader(ToolFormat.HERMES.body());
      raw.setLength(raw.length() - 1);
      call(c);
    } else if (current != null) {
      fail(current);
    }
  }

  private void end() {
    ended++;
    flush();
    reader = null;
    raw.setLength(0);
    if (!close.isEmpty()) {
      state = State.CLOSING;
    } else {
      betweenCalls();
    }
  }

  private void betweenCalls() {
    state = format.trigger().isEmpty() || !format.section().isEmpty() ? State.SECTION : State.TEXT;
  }

  private void fail(CallReader current) {
    flush();
    reader = null;
    state = format.trigger().isEmpty() ? State.PLAIN : State.TEXT;
    if (!current.started()) {
      // What was read last may already begin the next call.
      int kept = triggerBegun();
      held.append(raw, raw.length() - kept, raw.length());
      write(raw.substring(0, raw.length() - kept));
    }
    raw.setLength(0);
  }

  /** How many of the last characters of a failed call begin a trigger. */
  private int triggerBegun() {
    int kept = Math.min(format.trigger().length(), raw.length()) - 1;
    while (kept > 0 && !format.trigger().startsWith(raw.substring(raw.length() - kept))) {
      kept--;
    }
    return Math.max(0, kept);
  }

  private void closing() {
    String seen = held.toString().strip();
    if (seen.equals(close.strip())) {
      held.setLength(0);
      betweenCalls();
    } else if (!close.strip().startsWith(seen)) {
      betweenCalls();
      String rest = held.toString();
      held.setLength(0);
      for (int i = 0; i < rest.length(); i++) {
        accept(rest.charAt(i));
      }
    }
  }

  private void python(char c) {
    if (held.isEmpty() && c == '{') {
      begin("{");
    } else {
      held.append(c);
    }
  }

  private boolean builtIn(String code) {
    BuiltInCall call = BuiltInCall.parse(code);
    if (call == null) {
      return false;
    }
    flush();
    pieces.add(new CallPiece.Start(calls, call.tool()));
    pieces.add(new CallPiece.Arguments(calls++, call.arguments()));
    ended++;
    return true;
  }
}
