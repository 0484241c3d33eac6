package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.token.BpeModel.Merge;
import io.tokenlane.engine.token.SubwordTokenizer.TextRules;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubwordTokenizerTest {
  private static final List<Merge> HELLO =
      List.of(new Merge("h", "e"), new Merge("l", "l"), new Merge("he", "ll"));

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void bytesComeBack(long seed) {
    Random random = new Random(seed);
    List<Merge> merges = TestVocabularies.randomMerges(TestVocabularies.bytes(), 500, random);
    for (Tokenizer tokenizer : List.of(TestVocabularies.byteLevel(merges), scored())) {
      for (int round = 0; round < 500; round++) {
        byte[] bytes = new byte[random.nextInt(120)];
        random.nextBytes(bytes);
        assertThat(decode(tokenizer, tokenizer.encode(bytes))).as("seed %d", seed).isEqualTo(bytes);
        byte[] text = RandomText.of(random).getBytes(StandardCharsets.UTF_8);
        assertThat(decode(tokenizer, tokenizer.encode(text))).as("seed %d", seed).isEqualTo(text);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void textComesBack(long seed) {
    Random random = new Random(seed);
    Tokenizer tokenizer =
        TestVocabularies.byteLevel(
            TestVocabularies.randomMerges(TestVocabularies.bytes(), 500, random));
    for (int round = 0; round < 1000; round++) {
      String text = RandomText.of(random);
      byte[] bytes = decode(tokenizer, tokenizer.encode(text, Specials.AS_TEXT));
      assertThat(new String(bytes, StandardCharsets.UTF_8)).as("seed %d", seed).isEqualTo(text);
    }
  }

  @Test
  void unpairedSurrogatesBecomeReplacementCharacters() {
    Tokenizer tokenizer = TestVocabularies.byteLevel(HELLO);
    int[] ids = tokenizer.encode("a\uD83Db\uDE00\uD83D\uDE00", Specials.AS_TEXT);
    assertThat(decode(tokenizer, ids)).isEqualTo("a�b�😀".getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "<", "\n", "7", "天", "'", "aB", " \n", "\u0301"})
  void regularTextTakesNoQuadraticTime(String unit) {
    Tokenizer tokenizer =
        TestVocabularies.byteLevel(
            List.of(new Merge("a", "a"), new Merge("aa", "aa"), new Merge("Ġ", "Ġ")),
            AddedToken.plain(259, "<|a|>", true),
            AddedToken.plain(260, "<<<<<<<<x", false));
    String text = unit.repeat((1 << 20) / unit.length());
    Assertions.assertTimeout(Duration.ofSeconds(30), () -> tokenizer.encode(text, Specials.PARSE));
  }

  @Test
  void specialTokensAreTextUnlessParsed() {
    Tokenizer tokenizer = TestVocabularies.byteLevel(HELLO, AddedToken.plain(259, "<|end|>", true));
    assertThat(tokenizer.encode("hell<|end|>", Specials.PARSE)).containsExactly(258, 259);
    assertThat(tokenizer.encode("hell<|end|>", Specials.AS_TEXT)).doesNotContain(259);
    assertThat(tokenizer.isControl(259)).isTrue();
    assertThat(tokenizer.isControl(258)).isFalse();
  }

  @Test
  void addedTokensAreFoundLongestFirstInEitherMode() {
    Tokenizer tokenizer =
        TestVocabularies.byteLevel(
            HELLO,
            AddedToken.plain(259, "<a", false),
            AddedToken.plain(260, "<a>", false),
            AddedToken.plain(261, "<a>>>", false));
    for (Specials specials : Specials.values()) {
      assertThat(tokenizer.encode("<a><a<a>>>", specials)).containsExactly(260, 259, 261);
      assertThat(tokenizer.encode("<a>>", specials)).startsWith(260).hasSize(2);
    }
  }

  @Test
  void addedTokensTakeSpaceOrStandAloneAsTheySay() {
    Tokenizer tokenizer =
        TestVocabularies.byteLevel(
            List.of(),
            new AddedToken(256, "<l>", false, true, false, false, false),
            new AddedToken(257, "<r>", false, false, true, false, false),
            new AddedToken(258, "word", false, false, false, true, false));
    assertThat(tokenizer.encode("\n <l><r> \t", Specials.AS_TEXT)).containsExactly(256, 257);
    assertThat(tokenizer.encode("word.", Specials.AS_TEXT)).hasSize(2).startsWith(258);
    assertThat(tokenizer.encode("words", Specials.AS_TEXT)).doesNotContain(258);
    assertThat(tokenizer.encode("sword", Specials.AS_TEXT)).doesNotContain(258);
  }

  @Test
  void wholePiecesMayIgnoreMerges() {
    List<String> tokens = TestVocabularies.bytes();
    tokens.add("xyz");
    Vocabulary vocabulary = new Vocabulary(tokens, List.of());
    for (boolean ignore : new boolean[] {true, false}) {
      Tokenizer tokenizer = tokenizer(BpeModel.byteLevel(vocabulary, List.of(), ignore));
      assertThat(tokenizer.encode("xyz", Specials.AS_TEXT)).hasSize(ignore ? 1 : 3);
    }
  }

  @Test
  void tokensAreKnownByTheirText() {
    Tokenizer tokenizer =
        TestVocabularies.byteLevel(
            List.of(new Merge("Ġ", "a")), AddedToken.plain(257, "<|x y|>", true));
    assertThat(tokenizer.id(" a")).hasValue(256);
    assertThat(tokenizer.id("<|x y|>")).hasValue(257);
    assertThat(tokenizer.id("\n")).hasValue('\n');
    assertThat(tokenizer.id("none")).isEmpty();
    assertThatThrownBy(() -> tokenizer.bytes(258)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void scoresDecideWhatMerges() {
    Tokenizer tokenizer = scored();
    assertThat(texts(tokenizer, "abc")).containsExactly(" ", "abc");
    assertThat(texts(tokenizer, "bc ab")).containsExactly(" ", "bc", " ", "ab");
    assertThat(texts(tokenizer, "é")).hasSize(3);
    assertThat(tokenizer.encode("", Specials.AS_TEXT)).isEmpty();
  }

  @Test
  void bytesThatAVocabularyLacksAreLeftOut() {
    List<String> tokens = TestVocabularies.bytes();
    tokens.set('A', "AA");
    Tokenizer tokenizer =
        new SubwordTokenizer(
            BpeModel.byteLevel(vocabulary(tokens), List.of(), false),
            new TextRules(TextNormalizer.NONE, PreTokenizer.NONE, OptionalInt.empty()));
    assertThat(tokenizer.encode("bAb", Specials.AS_TEXT)).containsExactly('b', 'b');
    assertThat(tokenizer.encode(new byte[] {'A', 'A'})).isEmpty();
  }

  @Test
  void brokenVocabulariesAreRefused() {
    refused(
        "no token for any byte",
        () -> BpeModel.byteLevel(vocabulary(List.of("AA")), List.of(), false));
    refused(
        "no token <0x0A>",
        () ->
            BpeModel.characters(
                vocabulary(TestVocabularies.byteFallback().subList(0, 10)),
                List.of(),
                false,
                Unknown.BYTES,
                CharacterAlphabet.SPACE));
    Vocabulary bytes = vocabulary(TestVocabularies.bytes());
    refused(
        "merge q w: qw is no token",
        () -> BpeModel.byteLevel(bytes, List.of(new Merge("q", "w")), false));
    refused(
        "merge zz a: zz is no token",
        () -> BpeModel.byteLevel(bytes, List.of(new Merge("zz", "a")), false));
    refused("merge: a (expected: two tokens", () -> Merge.parse("a"));
    refused("merge: a b c", () -> Merge.parse("a b c"));
    refused("token a has ids 0 and 1", () -> vocabulary(List.of("a", "a")));
    refused(
        "tokens a and b have id 0",
        () -> Vocabulary.byId(new java.util.TreeMap<>(Map.of("a", 0, "b", 0))));
    refused(
        "token b has id 2000 (expected: 0 to 1025 for 2 tokens)",
        () -> Vocabulary.byId(Map.of("a", 0, "b", 2000)));
    refused("token a has id -1", () -> Vocabulary.byId(Map.of("a", -1)));
    refused(
        "added token x: id 3",
        () -> new Vocabulary(List.of("a"), List.of(AddedToken.plain(3, "x", true))));
    refused(
        "scores: 1 (expected: 256",
        () -> BpeModel.scored(vocabulary(TestVocabularies.byteFallback()), new float[1]));
    refused("tokenizer.ggml.pre: klingon", () -> GgufPreTokenizers.named("klingon"));
    refused("regex: (", () -> RegexSplit.isolated("("));
  }

  private static void refused(String message, Refusal what) {
    assertThatThrownBy(what::run)
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(message);
  }

  private interface Refusal {
    void run();
  }

  private static Vocabulary vocabulary(List<String> tokens) {
    return new Vocabulary(tokens, List.of());
  }

  private static Tokenizer tokenizer(BpeModel model) {
    return new SubwordTokenizer(
        model, new TextRules(TextNormalizer.NONE, PreTokenizer.NONE, OptionalInt.empty()));
  }

  /** SentencePiece-like: bytes, characters, and three tokens of which the later scores lower. */
  private static Tokenizer scored() {
    List<String> tokens = TestVocabularies.byteFallback();
    tokens.addAll(List.of("\u2581", "a", "b", "c", "ab", "bc", "abc"));
    float[] scores = new float[tokens.size()];
    for (int id = 256; id < scores.length; id++) {
      scores[id] = 256 - id;
    }
    return new SubwordTokenizer(
        BpeModel.scored(vocabulary(tokens), scores),
        new TextRules(TextNormalizer.prepend(" "), PreTokenizer.NONE, OptionalInt.empty()));
  }

  private static List<String> texts(Tokenizer tokenizer, String text) {
    List<String> texts = new ArrayList<>();
    for (int id : tokenizer.encode(text, Specials.AS_TEXT)) {
      texts.add(new String(tokenizer.bytes(id), StandardCharsets.UTF_8));
    }
    return texts;
  }

  private static byte[] decode(Tokenizer tokenizer, int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.bytes(id));
    }
    return bytes.toByteArray();
  }
}
