package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.AddedToken;
import io.tokenlane.engine.token.BpeModel;
import io.tokenlane.engine.token.BpeModel.Merge;
import io.tokenlane.engine.token.BpeTokenizer;
import io.tokenlane.engine.token.BpeTokenizer.TextRules;
import io.tokenlane.engine.token.GgufPreTokenizers;
import io.tokenlane.engine.token.PreTokenizer;
import io.tokenlane.engine.token.TextNormalizer;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.TokenizerException;
import io.tokenlane.engine.token.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Reads a tokenizer from a GGUF file's metadata: {@code gpt2} (byte-level BPE) or {@code llama}.
 */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;

  private final GgufMetadata metadata;

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
  }

  static Tokenizer read(GgufMetadata metadata) {
    try {
      return new GgufTokenizer(metadata).read();
    } catch (TokenizerException e) {
      throw TokenizerReader.broken(metadata.file(), e);
    }
  }

  private Tokenizer read() {
    String model = metadata.string(PREFIX + "model").orElseThrow(missing("model", "gpt2 or llama"));
    return switch (model) {
      case "gpt2" -> byteLevel();
      case "llama" -> sentencePiece();
      default ->
          throw CheckpointException.of(metadata.file(), PREFIX + "model", model, "gpt2 or llama");
    };
  }

  private Tokenizer byteLevel() {
    String pre = metadata.string(PREFIX + "pre").orElse("default");
    PreTokenizer preTokenizer = GgufPreTokenizers.named(pre);
    boolean likeLlama3 = GgufPreTokenizers.isLikeLlama3(pre);
    List<Merge> merges =
        metadata.strings(PREFIX + "merges").orElseThrow(missing("merges", "strings")).stream()
            .map(Merge::parse)
            .toList();
    Vocabulary vocabulary = vocabulary();
    return new BpeTokenizer(
        BpeModel.byteLevel(vocabulary, merges, likeLlama3),
        new TextRules(TextNormalizer.NONE, preTokenizer, begin(likeLlama3, vocabulary)));
  }

  private Tokenizer sentencePiece() {
    float[] scores = metadata.numbers(PREFIX + "scores").orElseThrow(missing("scores", "numbers"));
    boolean space = metadata.flag(PREFIX + "add_space_prefix").orElse(true);
    Vocabulary vocabulary = vocabulary();
    return new BpeTokenizer(
        BpeModel.scored(vocabulary, scores),
        new TextRules(
            space ? TextNormalizer.prepend(" ") : TextNormalizer.NONE,
            PreTokenizer.NONE,
            begin(true, vocabulary)));
  }

  private Vocabulary vocabulary() {
    List<String> tokens =
        metadata.strings(PREFIX + "tokens").orElseThrow(missing("tokens", "strings"));
    int[] types = metadata.integers(PREFIX + "token_type").orElseGet(() -> new int[tokens.size()]);
    if (types.length != tokens.size()) {
      throw CheckpointException.of(
          metadata.file(), PREFIX + "token_type", types.length + " types", "one a token");
    }
    List<AddedToken> added = new ArrayList<>();
    for (int id = 0; id < types.length; id++) {
      boolean special = types[id] == CONTROL || types[id] == UNKNOWN;
      if (special || types[id] == USER_DEFINED) {
        added.add(AddedToken.plain(id, tokens.get(id), special));
      }
    }
    return new Vocabulary(tokens, added);
  }

  /** The begin-of-sequence token, if prompts start with it. */
  private OptionalInt begin(boolean unlessTold, Vocabulary vocabulary) {
    OptionalInt id = metadata.integer(PREFIX + "bos_token_id");
    if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= vocabulary.size())) {
      throw CheckpointException.of(
          metadata.file(),
          PREFIX + "bos_token_id",
          id.getAsInt(),
          "0 to " + (vocabulary.size() - 1));
    }
    boolean begins = metadata.flag(PREFIX + "add_bos_token").orElse(unlessTold);
    return begins ? id : OptionalInt.empty();
  }

  private Supplier<CheckpointException> missing(String key, String expected) {
    return () -> CheckpointException.of(metadata.file(), PREFIX + key, "missing", expected);
  }
}
