package io.tokenlane.engine.token;

import io.tokenlane.engine.token.BpeModel.Merge;
import io.tokenlane.engine.token.SubwordTokenizer.TextRules;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** Small vocabularies for tests. */
final class TestVocabularies {
  private TestVocabularies() {}

  /** The characters that stand for the 256 bytes. */
  static List<String> bytes() {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(String.valueOf(ByteLevel.character(b)));
    }
    return tokens;
  }

  /** The tokens of the 256 bytes where tokens are characters. */
  static List<String> byteFallback() {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
    }
    return tokens;
  }

  /** Bytes, then tokens, each of two earlier ones at random; merges in that order. */
  static List<Merge> randomMerges(List<String> tokens, int count, Random random) {
    List<Merge> merges = new ArrayList<>();
    while (merges.size() < count) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      if (!tokens.contains(left + right)) {
        tokens.add(left + right);
        merges.add(new Merge(left, right));
      }
    }
    return merges;
  }

  /** Byte-level with these merges, the GPT-2 pre-tokenizer, and added tokens behind the others. */
  static Tokenizer byteLevel(List<Merge> merges, AddedToken... added) {
    List<String> tokens = bytes();
    merges.forEach(merge -> tokens.add(merge.left() + merge.right()));
    for (AddedToken token : added) {
      tokens.add(token.content());
    }
    BpeModel model = BpeModel.byteLevel(new Vocabulary(tokens, List.of(added)), merges, false);
    return new SubwordTokenizer(
        model,
        new TextRules(TextNormalizer.NONE, GgufPreTokenizers.named("gpt-2"), OptionalInt.empty()));
  }
}
