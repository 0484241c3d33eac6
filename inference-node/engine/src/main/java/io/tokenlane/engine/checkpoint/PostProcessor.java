package io.tokenlane.engine.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What {@code post_processor} of tokenizer.json puts around a single text.
 *
 * @param start texts of the tokens before it
 * @param end texts of the tokens behind it
 */
record PostProcessor(List<String> start, List<String> end) {
  private static final PostProcessor NONE = new PostProcessor(List.of(), List.of());

  static PostProcessor read(JsonFile json) {
    return json.object("post_processor").map(PostProcessor::of).orElse(NONE);
  }

  private static PostProcessor of(JsonFile part) {
    String type = part.string("type").orElse("");
    return switch (type) {
      case "Sequence" -> sequence(part);
      case "TemplateProcessing" -> template(part);
      case "BertProcessing", "RobertaProcessing" ->
          new PostProcessor(List.of(pair(part, "cls")), List.of(pair(part, "sep")));
      case "ByteLevel" -> NONE;
      default ->
          throw CheckpointException.of(
              part.file(),
              "type",
              type,
              "Sequence, TemplateProcessing, BertProcessing, RobertaProcessing or ByteLevel");
    };
  }

  private static PostProcessor sequence(JsonFile part) {
    List<String> start = new ArrayList<>();
    List<String> end = new ArrayList<>();
    for (JsonFile step : TokenizerParts.steps(part, "processors")) {
      PostProcessor inner = of(step);
      start.addAll(0, inner.start);
      end.addAll(inner.end);
    }
    return new PostProcessor(start, end);
  }

  private static PostProcessor template(JsonFile part) {
    List<String> start = new ArrayList<>();
    List<String> end = new ArrayList<>();
    List<String> side = start;
    for (JsonFile item : TokenizerParts.steps(part, "single")) {
      Optional<JsonFile> special = item.object("SpecialToken");
      if (special.isEmpty()) {
        side = end;
      } else {
        String id = special.get().string("id").orElse("");
        side.addAll(tokens(part, id));
      }
    }
    return new PostProcessor(start, end);
  }

  /** What the name of a special token stands for: usually itself. */
  private static List<String> tokens(JsonFile part, String id) {
    JsonNode named =
        part.object("special_tokens")
            .flatMap(all -> all.object(id))
            .map(JsonFile::node)
            .orElse(null);
    JsonNode tokens = named == null ? null : named.get("tokens");
    if (tokens == null || !tokens.isArray()) {
      return List.of(id);
    }
    List<String> texts = new ArrayList<>();
    tokens.forEach(token -> texts.add(token.asString("")));
    return texts;
  }

  /** The text of a pair of text and id. */
  private static String pair(JsonFile part, String field) {
    JsonNode pair = part.find(field);
    if (pair == null || !pair.isArray() || pair.size() != 2) {
      throw CheckpointException.of(
          part.file(), field, pair == null ? "missing" : pair, "[text, id]");
    }
    return pair.get(0).asString("");
  }
}
