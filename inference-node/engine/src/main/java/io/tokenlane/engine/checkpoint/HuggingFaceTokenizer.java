package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.AddedToken;
import io.tokenlane.engine.token.BpeModel;
import io.tokenlane.engine.token.BpeModel.Merge;
import io.tokenlane.engine.token.SubwordModel;
import io.tokenlane.engine.token.SubwordTokenizer;
import io.tokenlane.engine.token.SubwordTokenizer.TextRules;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.TokenizerException;
import io.tokenlane.engine.token.UnigramModel;
import io.tokenlane.engine.token.Unknown;
import io.tokenlane.engine.token.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** Reads a tokenizer from {@code tokenizer.json} and {@code tokenizer_config.json}. */
final class HuggingFaceTokenizer {
  private static final long MOST_BYTES = 256 << 20;

  private final JsonFile json;
  private final Optional<JsonFile> config;
  private Vocabulary vocabulary = new Vocabulary(List.of(), List.of());

  private HuggingFaceTokenizer(JsonFile json, Optional<JsonFile> config) {
    this.json = json;
    this.config = config;
  }

  static Tokenizer read(TokenizerSource.HuggingFace source) {
    Path path = source.tokenizer();
    try {
      return parse(json(path), source.config().map(JsonFile::read));
    } catch (TokenizerException e) {
      throw TokenizerReader.broken(FileNames.of(path), e);
    }
  }

  /**
   * @throws TokenizerException if its parts do not fit together
   */
  static Tokenizer parse(JsonFile json, Optional<JsonFile> config) {
    return new HuggingFaceTokenizer(json, config).read();
  }

  private static JsonFile json(Path path) {
    String file = FileNames.of(path);
    try {
      long size = Files.size(path);
      if (size > MOST_BYTES) {
        throw CheckpointException.of(file, "size", size, "at most " + MOST_BYTES + " bytes");
      }
      return JsonFile.parse(file, Files.readAllBytes(path));
    } catch (IOException e) {
      throw FileNames.unreadable(file, e);
    }
  }

  private Tokenizer read() {
    JsonFile model = required(json.object("model"), json, "model", "an object");
    String type = model.string("type").orElse(model.find("merges") == null ? "Unigram" : "BPE");
    TokenizerParts parts = new TokenizerParts(json);
    SubwordModel subwords =
        switch (type) {
          case "BPE" -> bpe(model, parts);
          case "Unigram" -> unigram(model, parts.space());
          default -> throw CheckpointException.of(model.file(), "type", type, "BPE or Unigram");
        };
    Begin begin = begin();
    return new SubwordTokenizer(
        subwords,
        new TextRules(parts.normalizer(), parts.preTokenizer(), ids(begin.start), ids(begin.end)));
  }

  private BpeModel bpe(JsonFile model, TokenizerParts parts) {
    refuse(model, "continuing_subword_prefix");
    refuse(model, "end_of_word_suffix");
    boolean ignoreMerges = model.flag("ignore_merges").orElse(false);
    vocabulary = vocabulary(model);
    return parts.isByteLevel()
        ? BpeModel.byteLevel(vocabulary, merges(model), ignoreMerges)
        : BpeModel.characters(
            vocabulary, merges(model), ignoreMerges, unknown(model), parts.space());
  }

  private Unknown unknown(JsonFile model) {
    int id = model.string("unk_token").map(vocabulary::id).orElse(OptionalInt.empty()).orElse(-1);
    boolean bytes = model.flag("byte_fallback").orElse(false);
    return new Unknown(bytes, id, model.flag("fuse_unk").orElse(false));
  }

  private UnigramModel unigram(JsonFile model, char space) {
    JsonNode pieces = model.find("vocab");
    if (pieces == null || !pieces.isArray()) {
      throw CheckpointException.of(
          model.file(), "vocab", pieces == null ? "missing" : pieces.getNodeType(), "an array");
    }
    Map<String, Integer> ids = new LinkedHashMap<>();
    double[] scores = new double[pieces.size()];
    for (int id = 0; id < scores.length; id++) {
      JsonNode piece = pieces.get(id);
      if (!piece.isArray() || piece.size() != 2 || !piece.get(1).isNumber()) {
        throw CheckpointException.of(model.file(), "vocab: " + id, piece, "[text, score]");
      }
      scores[id] = piece.get(1).doubleValue();
      if (ids.put(piece.get(0).asString(""), id) != null) {
        throw CheckpointException.of(model.file(), "vocab: " + id, piece, "each text once");
      }
    }
    vocabulary = withAdded(ids);
    int unknown = model.integer("unk_id").orElse(-1);
    boolean bytes = model.flag("byte_fallback").orElse(false);
    return new UnigramModel(
        vocabulary,
        scores,
        new Unknown(bytes, unknown < vocabulary.size() ? unknown : -1, true),
        space);
  }

  private static void refuse(JsonFile model, String field) {
    String value = model.string(field).orElse("");
    if (!value.isEmpty()) {
      throw CheckpointException.of(model.file(), field, value, "absent");
    }
  }

  private static <T> T required(Optional<T> value, JsonFile json, String field, String expected) {
    return value.orElseThrow(() -> CheckpointException.of(json.file(), field, "missing", expected));
  }

  private Vocabulary vocabulary(JsonFile model) {
    JsonFile vocab = required(model.object("vocab"), model, "vocab", "an object");
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : vocab.node().properties()) {
      ids.put(entry.getKey(), id(vocab, entry.getKey(), entry.getValue()));
    }
    return withAdded(ids);
  }

  private Vocabulary withAdded(Map<String, Integer> ids) {
    List<AddedToken> added = addedTokens();
    added.forEach(token -> putAdded(token, ids));
    return new Vocabulary(Vocabulary.byId(ids), added);
  }

  private void putAdded(AddedToken token, Map<String, Integer> ids) {
    Integer other = ids.put(token.content(), token.id());
    if (other != null && other != token.id()) {
      throw CheckpointException.of(
          json.file(), "added_tokens: " + token.content(), token.id(), "id " + other);
    }
  }

  private static int id(JsonFile file, String token, JsonNode id) {
    if (!id.isIntegralNumber() || !id.canConvertToInt()) {
      throw CheckpointException.of(file.file(), token, id, "an id");
    }
    return id.intValue();
  }

  private List<AddedToken> addedTokens() {
    List<AddedToken> added = new ArrayList<>();
    JsonNode tokens = json.find("added_tokens");
    for (JsonNode node : tokens == null ? List.<JsonNode>of() : tokens) {
      JsonFile token = new JsonFile(json.file() + ": added_tokens", node);
      int id = token.integer("id").orElse(-1);
      added.add(
          new AddedToken(
              id,
              required(token.string("content"), token, "content", "a string"),
              special(id, token),
              token.flag("lstrip").orElse(false),
              token.flag("rstrip").orElse(false),
              token.flag("single_word").orElse(false),
              token.flag("normalized").orElse(false)));
    }
    return added;
  }

  /** As {@code tokenizer_config.json} has it, else as the token itself. */
  private boolean special(int id, JsonFile token) {
    return config
        .flatMap(c -> c.object("added_tokens_decoder"))
        .flatMap(tokens -> tokens.object(String.valueOf(id)))
        .flatMap(overriding -> overriding.flag("special"))
        .orElseGet(() -> token.flag("special").orElse(false));
  }

  private static List<Merge> merges(JsonFile model) {
    List<Merge> merges = new ArrayList<>();
    JsonNode list = model.find("merges");
    if (list == null || !list.isArray()) {
      throw CheckpointException.of(
          model.file(), "merges", list == null ? "missing" : list.getNodeType(), "an array");
    }
    for (JsonNode merge : list) {
      boolean pair = merge.isArray() && merge.size() == 2;
      merges.add(
          pair
              ? new Merge(merge.get(0).asString(""), merge.get(1).asString(""))
              : Merge.parse(merge.isString() ? merge.stringValue() : merge.toString()));
    }
    return merges;
  }

  /** Texts of the tokens around a prompt. */
  private record Begin(List<String> start, List<String> end) {}

  /** As the template of a single text has it, unless the configuration says otherwise. */
  private Begin begin() {
    PostProcessor template = PostProcessor.read(json);
    Optional<Boolean> told = config.flatMap(c -> c.flag("add_bos_token"));
    boolean ends = config.flatMap(c -> c.flag("add_eos_token")).orElse(true);
    List<String> start = template.start();
    if (told.isPresent() && !told.get()) {
      start = List.of();
    } else if (told.isPresent() && start.isEmpty()) {
      start = config.flatMap(HuggingFaceTokenizer::beginText).stream().toList();
    }
    return new Begin(start, ends ? template.end() : List.of());
  }

  private List<Integer> ids(List<String> tokens) {
    List<Integer> ids = new ArrayList<>();
    for (String token : tokens) {
      OptionalInt id = vocabulary.id(token);
      if (id.isEmpty()) {
        throw CheckpointException.of(json.file(), "post_processor", token, "a token");
      }
      ids.add(id.getAsInt());
    }
    return ids;
  }

  private static Optional<String> beginText(JsonFile config) {
    JsonNode value = config.find("bos_token");
    return value != null && value.isObject()
        ? config.object("bos_token").flatMap(token -> token.string("content"))
        : config.string("bos_token");
  }
}
