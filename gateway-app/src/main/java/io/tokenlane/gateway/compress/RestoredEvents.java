package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.call.CallParser;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The events of a streamed answer with their names written out, line by line. A line that ends with
 * a letter that may be a name is held until the next text of its choice, or its end, decides.
 */
final class RestoredEvents {
  private static final String DATA = "data:";

  private final Names names;
  private final Names quoted;
  private final boolean json;
  private final ByteArrayOutputStream open = new ByteArrayOutputStream();
  private final Deque<Line> held = new ArrayDeque<>();
  private final Map<String, Place> places = new HashMap<>();
  private final Map<Integer, Place> latest = new HashMap<>();

  /**
   * @param quoted the same for texts that are JSON in a string
   * @param json whether contents are such texts
   */
  RestoredEvents(Names names, Names quoted, boolean json) {
    this.json = json;
    this.names = names;
    this.quoted = quoted;
  }

  /** One of a choice's texts. */
  private static final class Place {
    private final NamedText named;

    /** Whether the choice has gone on to another, or has ended. */
    private boolean closed;

    Place(NamedText named) {
      this.named = named;
    }
  }

  /** What a line brings of a text, which is as long by then. */
  private record Part(AnswerText text, Place place, long end) {
    boolean isDecided() {
      return place.closed || place.named.seen() > end || !place.named.isOpen();
    }
  }

  private record Line(String raw, @Nullable ObjectNode event, List<Part> parts) {
    boolean isDecided() {
      return parts.stream().allMatch(Part::isDecided);
    }

    byte[] restored() {
      boolean changed = false;
      for (Part part : parts) {
        changed |= part.text().isRestored(part.place().named);
      }
      String line =
          event != null && changed
              ? DATA + " " + new String(CallParser.write(event), StandardCharsets.UTF_8)
              : raw;
      return line.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** What can be told of the stream up to the end of this chunk, and has not been told before. */
  byte[] complete(byte[] chunk) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte b : chunk) {
      if (b == '\n') {
        held.add(opened());
        decided(out);
      } else {
        open.write(b);
      }
    }
    return out.toByteArray();
  }

  private void decided(ByteArrayOutputStream out) {
    while (!held.isEmpty() && held.element().isDecided()) {
      out.writeBytes(held.remove().restored());
      out.write('\n');
    }
  }

  /** What is left where the stream ends. */
  byte[] rest() {
    Line last = opened();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Line line : held) {
      out.writeBytes(line.restored());
      out.write('\n');
    }
    out.writeBytes(last.restored());
    return out.toByteArray();
  }

  /** The line that has been open until now. */
  private Line opened() {
    String raw = open.toString(StandardCharsets.UTF_8);
    open.reset();
    ObjectNode event =
        raw.startsWith(DATA)
            ? AnswerText.answer(
                raw.substring(DATA.length()).strip().getBytes(StandardCharsets.UTF_8))
            : null;
    List<Part> parts = new ArrayList<>();
    if (event != null) {
      AnswerText.of(event, json).forEach(text -> parts.add(part(text)));
      event.path("choices").values().forEach(this::closeIfEnded);
    }
    return new Line(raw, event, parts);
  }

  private Part part(AnswerText text) {
    Place place =
        places.computeIfAbsent(
            text.choice() + " " + text.place(),
            _ -> new Place(new NamedText(text.quoted() ? quoted : names)));
    Place before = latest.put(text.choice(), place);
    if (before != null && before != place) {
      before.closed = true;
    }
    place.closed = false;
    place.named.see(text.text());
    return new Part(text, place, place.named.seen());
  }

  private void closeIfEnded(JsonNode choice) {
    Place place = latest.get(choice.path("index").asInt(0));
    if (place != null && choice.path("finish_reason").isString()) {
      place.closed = true;
    }
  }
}
