package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.AddedToken;
import io.tokenlane.engine.token.BpeModel;
import io.tokenlane.engine.token.BpeModel.Merge;
import io.tokenlane.engine.token.GgufPreTokenizers;
import io.tokenlane.engine.token.PreTokenizer;
import io.tokenlane.engine.token.SubwordTokenizer;
import io.tokenlane.engine.token.SubwordTokenizer.TextRules;
import io.tokenlane.engine.token.TextNormalizer;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.TokenizerException;
import io.tokenlane.engine.token.UnigramModel;
import io.tokenlane.engine.token.Unknown;
import io.tokenlane.engine.token.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Reads a tokenizer from a GGUF file's metadata: {@code gpt2} (byte-level BPE), {@code llama}
 * (SentencePiece's BPE), {@code gemma4} (merges of characters) or {@code t5} (SentencePiece's
 * unigram model).
 */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String KINDS = "gpt2, gemma4, llama or t5";
  private static final char META_SPACE = '\u2581';
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
    String model = metadata.string(PREFIX + "model").orElseThrow(missing("model", KINDS));
    return switch (model) {
      case "gpt2" -> byteLevel();
      case "gemma4" -> characters();
      case "llama" -> sentencePiece();
      case "t5" -> unigram();
      default -> throw CheckpointException.of(metadata.file(), PREFIX + "model", model, KINDS);
    };
  }

  private Tokenizer byteLevel() {
    String pre = metadata.string(PREFIX + "pre").orElse("default");
    PreTokenizer preTokenizer = GgufPreTokenizers.named(pre);
    Vocabulary vocabulary = vocabulary();
    return new SubwordTokenizer(
        BpeModel.byteLevel(vocabulary, merges(), GgufPreTokenizers.takesWholePieces(pre)),
        new TextRules(
            TextNormalizer.NONE,
            preTokenizer,
            begin(GgufPreTokenizers.beginsPrompts(pre), vocabulary)));
  }

  private List<Merge> merges() {
    return metadata.strings(PREFIX + "merges").orElseThrow(missing("merges", "strings")).stream()
        .map(Merge::parse)
        .toList();
  }

  /** Gemma 4's: merges of characters, line by line. */
  private Tokenizer characters() {
    Vocabulary vocabulary = vocabulary();
    return new SubwordTokenizer(
        BpeModel.characters(vocabulary, merges(), false, Unknown.BYTES, META_SPACE),
        new TextRules(
            TextNormalizer.NONE, GgufPreTokenizers.named("gemma4"), begin(true, vocabulary)));
  }

  private Tokenizer sentencePiece() {
    float[] scores = metadata.numbers(PREFIX + "scores").orElseThrow(missing("scores", "numbers"));
    boolean space = metadata.flag(PREFIX + "add_space_prefix").orElse(true);
    Vocabulary vocabulary = vocabulary();
    return new SubwordTokenizer(
        BpeModel.scored(vocabulary, scores),
        new TextRules(
            space ? TextNormalizer.prepend(" ") : TextNormalizer.NONE,
            PreTokenizer.NONE,
            begin(true, vocabulary)));
  }

  private Tokenizer unigram() {
    float[] numbers = metadata.numbers(PREFIX + "scores").orElseThrow(missing("scores", "numbers"));
    double[] scores = new double[numbers.length];
    Arrays.setAll(scores, id -> numbers[id]);
    Vocabulary vocabulary = vocabulary();
    int unknown = metadata.integer(PREFIX + "unknown_token_id").orElse(2);
    Unknown otherwise = new Unknown(vocabulary.id("<0x00>").isPresent(), unknown, true);
    boolean ends = metadata.flag(PREFIX + "add_eos_token").orElse(true);
    OptionalInt end = metadata.integer(PREFIX + "eos_token_id");
    return new SubwordTokenizer(
        new UnigramModel(vocabulary, scores, otherwise, META_SPACE),
        new TextRules(
            unigramNormalizer(),
            PreTokenizer.NONE,
            begin(false, vocabulary).stream().boxed().toList(),
            ends ? checked("eos_token_id", end, vocabulary).stream().boxed().toList() : List.of()));
  }

  /** SentencePiece's: the table, then no space more than one, then one before the text. */
  private TextNormalizer unigramNormalizer() {
    List<TextNormalizer> steps = new ArrayList<>();
    metadata
        .bytes(PREFIX + "precompiled_charsmap")
        .filter(table -> table.length > 0)
        .ifPresent(table -> steps.add(TextNormalizer.charsMap(table, false)));
    if (metadata.flag(PREFIX + "remove_extra_whitespaces").orElse(true)) {
      steps.add(TextNormalizer.stripSpaces());
      steps.add(TextNormalizer.replaceRegex(" {2,}", " "));
    }
    if (metadata.flag(PREFIX + "add_space_prefix").orElse(true)) {
      steps.add(TextNormalizer.prepend(" "));
    }
    return TextNormalizer.sequence(steps);
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
    OptionalInt id = checked("bos_token_id", metadata.integer(PREFIX + "bos_token_id"), vocabulary);
    boolean begins = metadata.flag(PREFIX + "add_bos_token").orElse(unlessTold);
    return begins ? id : OptionalInt.empty();
  }

  private OptionalInt checked(String key, OptionalInt id, Vocabulary vocabulary) {
    if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= vocabulary.size())) {
      throw CheckpointException.of(
          metadata.file(), PREFIX + key, id.getAsInt(), "0 to " + (vocabulary.size() - 1));
    }
    return id;
  }

  private Supplier<CheckpointException> missing(String key, String expected) {
    return () -> CheckpointException.of(metadata.file(), PREFIX + key, "missing", expected);
  }
}
