package io.tokenlane.node.answer;

import io.tokenlane.engine.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps control tokens out of users' hands. A message whose text holds that of a control token
 * ({@code <|im_end|>} and the like) could otherwise end its turn and begin another one, as a
 * template only joins strings.
 *
 * <p>Before rendering, such a text is broken by a noncharacter after its first character; after
 * rendering, the broken places are encoded as ordinary text without it.
 */
final class ControlTexts {
  /** Reserved by Unicode for a program's own use (section 23.7, noncharacters). */
  private static final char MARK = '\uFDD0';

  private final TextTrie armed;
  private final TextTrie disarmed;

  ControlTexts(Tokenizer tokenizer) {
    List<String> texts =
        IntStream.range(0, tokenizer.vocabularySize())
            .filter(tokenizer::isControl)
            .mapToObj(id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8))
            .filter(text -> text.length() > 1)
            .toList();
    armed = new TextTrie(texts);
    disarmed = new TextTrie(texts.stream().map(ControlTexts::broken).toList());
  }

  /** The messages with every text in them disarmed. */
  List<Map<String, Object>> disarm(List<Map<String, Object>> messages) {
    return messages.stream().map(this::disarmed).toList();
  }

  /** The values with every text in them disarmed, the names of objects' members too. */
  List<Object> disarmValues(List<Object> values) {
    return values.stream().map(this::disarmedValue).toList();
  }

  /** The variables with every text in them disarmed. */
  Map<String, Object> disarm(Map<String, Object> variables) {
    return disarmed(variables);
  }

  /** The rendered text, cut where disarmed texts stand. */
  List<Segment> segments(String rendered) {
    List<Segment> segments = new ArrayList<>();
    int end = 0;
    for (TextTrie.Place place : disarmed.find(rendered)) {
      add(segments, rendered.substring(end, place.from()), false);
      String whole = rendered.substring(place.from(), place.to());
      add(segments, whole.charAt(0) + whole.substring(2), true);
      end = place.to();
    }
    add(segments, rendered.substring(end), false);
    return segments;
  }

  private static void add(List<Segment> segments, String text, boolean disarmed) {
    if (!text.isEmpty()) {
      segments.add(new Segment(text, disarmed));
    }
  }

  private Map<String, Object> disarmed(Map<String, ?> message) {
    Map<String, Object> result = new LinkedHashMap<>();
    message.forEach((name, value) -> result.put(name, disarmedValue(value)));
    return result;
  }

  private @Nullable Object disarmedValue(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> disarmed(text);
      case List<?> list -> list.stream().map(this::disarmedValue).toList();
      case Map<?, ?> map -> inOrder(map);
      default -> value;
    };
  }

  /** Templates write an object's members in the order they came in. */
  private Map<Object, Object> inOrder(Map<?, ?> map) {
    Map<Object, Object> result = new LinkedHashMap<>();
    map.forEach(
        (key, value) ->
            result.put(key instanceof String s ? disarmed(s) : key, disarmedValue(value)));
    return result;
  }

  private String disarmed(String text) {
    StringBuilder marked = new StringBuilder();
    int end = 0;
    for (TextTrie.Place place : armed.find(text)) {
      marked.append(text, end, place.from() + 1).append(MARK);
      end = place.from() + 1;
    }
    return end == 0 ? text : marked.append(text, end, text.length()).toString();
  }

  private static String broken(String text) {
    return text.charAt(0) + String.valueOf(MARK) + text.substring(1);
  }

  /** A piece of a rendered text; disarmed pieces hold no special tokens. */
  record Segment(String text, boolean disarmed) {}
}
