package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

final class TokenizerReaderTest {
  private static final Path DEMO = TestModels.of("demo/hf/tokenizer.json");

  @TempDir Path folder;

  static Stream<Path> models() {
    return Stream.of(TestModels.of("demo/hf"), TestModels.of("tiny-llama"), TestModels.demoQ8());
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("models")
  void idsAreTheGoldens(Path model) throws IOException {
    boolean tiny = model.endsWith("tiny-llama");
    Path goldens = TestModels.of(tiny ? "tiny-llama/golden.json" : "demo/golden.json");
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Tokenizer tokenizer = TokenizerReader.read(checkpoint.tokenizer());
      JsonNode cases = JsonMapper.shared().readTree(goldens.toFile()).get("cases");
      for (JsonNode golden : cases) {
        int[] ids = JsonMapper.shared().treeToValue(golden.get("ids"), int[].class);
        String text = golden.get("text").stringValue();
        assertThat(tokenizer.encode(text, Specials.PARSE)).isEqualTo(ids);
      }
      assertThat(tokenizer.vocabularySize()).isEqualTo(1601);
      assertThat(tokenizer.isControl(tokenizer.id("<|im_end|>").orElseThrow())).isTrue();
      assertThat(tokenizer.beginOfSequence()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "qwen2", "llama-spm"})
  void idsOfRealVocabulariesAreTheReferences(String name) throws IOException {
    Path vocabulary =
        Path.of(System.getProperty("tokenlane.shared", "shared"), "tokenizers")
            .resolve("ggml-vocab-" + name + ".gguf");
    Assumptions.assumeTrue(Files.exists(vocabulary), () -> "no vocabulary at " + vocabulary);
    String[] texts =
        Files.readString(Path.of(vocabulary + ".inp")).split("\n__ggml_vocab_test__\n", -1);
    List<String> expected = Files.readAllLines(Path.of(vocabulary + ".out"));
    Tokenizer tokenizer = TokenizerReader.read(vocabulary);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(joined(tokenizer.encode(texts[i], Specials.AS_TEXT)))
          .as(texts[i])
          .isEqualTo(expected.get(i).strip());
    }
  }

  @Test
  void aFileOfAVocabularyAloneOpens() {
    Path vocabulary =
        Path.of(System.getProperty("tokenlane.shared", "shared"), "tokenizers")
            .resolve("ggml-vocab-qwen2.gguf");
    Assumptions.assumeTrue(Files.exists(vocabulary), () -> "no vocabulary at " + vocabulary);
    try (Checkpoint checkpoint = Checkpoint.open(vocabulary)) {
      assertThat(checkpoint.config().vocabularySize())
          .isEqualTo(TokenizerReader.read(checkpoint.tokenizer()).vocabularySize());
    }
  }

  @Test
  void readsAFolderAFileOfItAndAGgufFile() {
    String text = "What is 17 + 25?";
    int[] ids = TokenizerReader.read(TestModels.of("demo/hf")).encode(text, Specials.PARSE);
    assertThat(TokenizerReader.read(DEMO).encode(text, Specials.PARSE)).isEqualTo(ids);
    assertThat(TokenizerReader.read(TestModels.demoQ8()).encode(text, Specials.PARSE))
        .isEqualTo(ids);
    assertThatThrownBy(() -> TokenizerReader.read(folder)).isInstanceOf(CheckpointException.class);
  }

  private static String joined(int[] ids) {
    return String.join(" ", Arrays.stream(ids).mapToObj(String::valueOf).toList());
  }

  @Test
  void theConfigurationDecidesWhatIsSpecial() {
    Path config = TestModels.of("demo/hf/tokenizer_config.json");
    assertThat(read(DEMO, Optional.of(config)).isControl(3)).isFalse();
    assertThat(read(DEMO, Optional.empty()).isControl(3)).isTrue();
  }

  @Test
  void promptsBeginAsTheTemplateSays() throws IOException {
    ObjectNode json = demo();
    json.set(
        "post_processor",
        JsonMapper.shared()
            .readTree(
                """
                {"type": "Sequence", "processors": [{"type": "ByteLevel"},
                  {"type": "TemplateProcessing", "single": [
                    {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}]}]}
                """));
    assertThat(read(write(json), Optional.empty()).beginOfSequence()).hasValue(0);
  }

  @Test
  void unnormalizedTextIsNormalized() throws IOException {
    ObjectNode json = demo();
    json.putObject("normalizer").put("type", "NFC");
    Tokenizer tokenizer = read(write(json), Optional.empty());
    assertThat(tokenizer.encode("e\u0301", Specials.AS_TEXT))
        .isEqualTo(tokenizer.encode("\u00E9", Specials.AS_TEXT));
  }

  @Test
  void spacesStayWhereNothingWritesThemOtherwise() throws IOException {
    Tokenizer tokenizer = read(write(letters()), Optional.empty());
    assertThat(tokenizer.encode("ab a b", Specials.PARSE)).containsExactly(1, 5, 3, 4, 5);
    assertThat(tokenizer.bytes(4)).asString().isEqualTo("a ");
    assertThat(tokenizer.encode("\u2581xy", Specials.PARSE)).containsExactly(6, 0);
  }

  @Test
  void anIdMayHaveNoToken() throws IOException {
    Tokenizer tokenizer = read(write(letters()), Optional.empty());
    assertThat(tokenizer.vocabularySize()).isEqualTo(9);
    assertThat(tokenizer.bytes(7)).isEmpty();
    assertThat(tokenizer.encode("c", Specials.PARSE)).containsExactly(8);
  }

  @Test
  void onlyWhatStartsTheTextGetsASpaceBefore() throws IOException {
    ObjectNode json = letters();
    json.set(
        "pre_tokenizer",
        JsonMapper.shared()
            .readTree(
                """
                {"type": "Sequence", "pretokenizers": [
                  {"type": "Split", "pattern": {"String": "c"}, "behavior": "Isolated"},
                  {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first"}]}
                """));
    assertThat(read(write(json), Optional.empty()).encode("acb", Specials.PARSE))
        .containsExactly(6, 1, 8, 5);
  }

  @Test
  void allOfUnicodesWhiteSpaceIsStripped() throws IOException {
    ObjectNode json = letters();
    json.putObject("normalizer").put("type", "Strip");
    assertThat(read(write(json), Optional.empty()).encode("\u0085\u00A0a\u2003", Specials.PARSE))
        .containsExactly(1);
  }

  /** Of characters; no token has the ids 2 and 7. */
  private static ObjectNode letters() {
    return (ObjectNode)
        JsonMapper.shared()
            .readTree(
                """
                {"model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true,
                  "vocab": {"<unk>": 0, "a": 1, "a ": 4, "b": 5, "\u2581": 6, "c": 8, " ": 3},
                  "merges": [["a", " "]]}}
                """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/model/type | \"WordPiece\" | type: WordPiece (expected: BPE or Unigram)",
        "/model/type | \"Unigram\" | vocab: OBJECT (expected: an array)",
        "/model/vocab/Ġ | 7 | have id 7",
        "/model/vocab/Ġ | 5000 | has id 5000 (expected: 0 to 2624 for 1601 tokens",
        "/model/vocab/Ġ | \"x\" | expected: an id",
        "/model/merges/0 | \"Ġ qqqq\" | qqqq is no token",
        "/model/merges/0 | \"Ġ\" | expected: two tokens",
        "/model/continuing_subword_prefix | \"##\" | continuing_subword_prefix: ##",
        "/normalizer | {\"type\": \"Odd\"} | type: Odd (expected: NFC",
        "/pre_tokenizer | {\"type\": \"Bert\"} | type: Bert (expected: ByteLevel",
        "/pre_tokenizer/pretokenizers/0/type | \"Bert\" | type: Bert (expected: ByteLevel",
        "/pre_tokenizer/pretokenizers/0/behavior | \"Odd\" | behavior: Odd (expected: Isolated",
        "/pre_tokenizer/pretokenizers/0/pattern/Regex | \"(\" | regex: (",
        "/added_tokens/0/id | 1 | id 0",
        "/added_tokens/0/content | \"\" | empty"
      })
  void brokenFilesAreRefused(String pointer, String value, String message) throws IOException {
    ObjectNode json = demo();
    replace(json, pointer, JsonMapper.shared().readTree(value));
    Path file = write(json);
    assertThatThrownBy(() -> read(file, Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(message);
  }

  private static void replace(ObjectNode json, String pointer, JsonNode value) {
    int last = pointer.lastIndexOf('/');
    String field = pointer.substring(last + 1);
    JsonNode owner = json.at(pointer.substring(0, last));
    if (owner instanceof ArrayNode array) {
      array.set(Integer.parseInt(field), value);
    } else {
      ((ObjectNode) owner).set(field, value);
    }
  }

  @Test
  void aMissingByteIsLeftOut() throws IOException {
    ObjectNode json = demo();
    ObjectNode vocab = (ObjectNode) json.at("/model/vocab");
    JsonNode id = vocab.remove("ÿ");
    vocab.set("no-byte", id);
    Tokenizer tokenizer = read(write(json), Optional.empty());
    assertThat(tokenizer.encode(new byte[] {'a', (byte) 0xFF}))
        .isEqualTo(tokenizer.encode(new byte[] {'a'}));
  }

  @Test
  void whatIsNoTokenizerIsRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    assertThatThrownBy(() -> read(file, Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no such file");
    Files.writeString(file, "{\"model\": {}");
    assertThatThrownBy(() -> read(file, Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("not JSON");
  }

  private static ObjectNode demo() throws IOException {
    return (ObjectNode) JsonMapper.shared().readTree(DEMO.toFile());
  }

  private Path write(JsonNode json) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, json.toString());
    return file;
  }

  private static Tokenizer read(Path tokenizer, Optional<Path> config) {
    return TokenizerReader.read(new TokenizerSource.HuggingFace(tokenizer, config));
  }
}
