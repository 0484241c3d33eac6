package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.token.Detokenizer;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tokenizers of every kind, as {@code src/test/tools/reference_tokenizers.py} makes them, against
 * the ids that Hugging Face's own implementation gives.
 */
final class ReferenceTokenizersTest {
  @TempDir private Path folder;

  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(TestModels.reference().resolve("tokenizers"))) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void givesTheReferencesIds(Path file) throws IOException {
    JsonNode golden = JsonMapper.shared().readTree(file.toFile());
    Tokenizer tokenizer = read(golden);
    List<String> wrong = new ArrayList<>();
    for (JsonNode expected : golden.get("cases")) {
      String text = expected.get("text").stringValue();
      compare(text, tokenizer.encode(text, Specials.PARSE), expected.get("parsed"), wrong);
      // The reference's unigrams write control tokens for their texts; that is never wanted here.
      if (IntStream.of(ints(expected.get("plain"))).noneMatch(tokenizer::isControl)) {
        compare(text, tokenizer.encode(text, Specials.AS_TEXT), expected.get("plain"), wrong);
      }
    }
    assertThat(wrong).isEmpty();
    int[] around =
        Stream.of(tokenizer.promptStart(), ints(golden.get("bare")), tokenizer.promptEnd())
            .flatMapToInt(IntStream::of)
            .toArray();
    assertThat(around).isEqualTo(ints(golden.get("around")));
  }

  private static void compare(String text, int[] actual, JsonNode expected, List<String> wrong) {
    List<Integer> ids = IntStream.of(actual).boxed().toList();
    List<Integer> wanted = IntStream.of(ints(expected)).boxed().toList();
    if (!ids.equals(wanted)) {
      wrong.add("%s: %s (expected: %s)".formatted(text, ids, wanted));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void textCutIntoTokensIsNeverHalfACharacter(Path file) throws IOException {
    JsonNode golden = JsonMapper.shared().readTree(file.toFile());
    Tokenizer tokenizer = read(golden);
    for (JsonNode expected : golden.get("cases")) {
      Detokenizer stream = new Detokenizer(tokenizer, true);
      for (int id : ints(expected.get("plain"))) {
        assertThat(stream.accept(id)).doesNotContain("\uFFFD");
      }
      assertThat(stream.finish()).isEmpty();
    }
  }

  private Tokenizer read(JsonNode golden) throws IOException {
    Path json = folder.resolve("tokenizer.json");
    Files.writeString(json, golden.get("tokenizer").toString());
    return TokenizerReader.read(new TokenizerSource.HuggingFace(json, Optional.empty()));
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }
}
