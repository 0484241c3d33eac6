package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What GGUF files may name as their pre-tokenizer. */
final class GgufPreTokenizersTest {
  private static final String TEXT =
      "Hello  world's 12345 678\n\n\tÉté, 你好 1٣! don'T <x>… ǅ क़\u0301 /path\r\n  end ";

  static Set<String> names() {
    return new TreeSet<>(GgufPreTokenizers.names());
  }

  /** Each expression compiles, and pieces are the text. */
  @ParameterizedTest
  @MethodSource("names")
  void losesNothing(String name) {
    assertThat(String.join("", pieces(name, TEXT))).isEqualTo(TEXT);
  }

  /** Java's matcher recurses in repeated groups, and some expressions look at all that follows. */
  @ParameterizedTest
  @MethodSource("names")
  void takesLongTexts(String name) {
    for (String part : List.of("a", "hello world ", "1", " ", " 1", "\n", "'", "क़\u0301", "你")) {
      for (String end : List.of("x", "1")) {
        String text = part.repeat(60_000 / part.length()) + end;
        assertThat(String.join("", pieces(name, text))).as(part).isEqualTo(text);
      }
    }
  }

  @Test
  void spacesAtTheEndArePieces() {
    assertThat(pieces("deepseek-llm", "1  2 \t ")).containsExactly("1", "  ", "2", " \t ");
  }

  @Test
  void lettersOfManyWordsAreOnePiece() {
    assertThat(pieces("exaone-moe", "a क\u093c b1 c  d"))
        .containsExactly("a क\u093c b", "1", " c", " ", " d");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          afmoe     | 1234567 | 1,234,567
          superbpe  | 12345   | 12,345
          tiny_aya  | 1234    | 1,234
          minicpm5  | 12345   | 123,45
          qwen35    | 123     | 1,2,3
          ufakzeka  | Ali'nin | Ali,'nin
          jais-2    | 1234    | 123,4
          llama-bpe | 1234    | 123,4
          """)
  void splits(String name, String text, String expected) {
    assertThat(pieces(name, text)).containsExactly(expected.split(","));
  }

  @Test
  void marksBelongToTheirLetters() {
    String word = "ก\u0e34น";
    assertThat(pieces("qwen35", word)).containsExactly(word);
    assertThat(pieces("qwen2", word)).hasSizeGreaterThan(1);
  }

  @Test
  void unknownNamesAreRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> GgufPreTokenizers.named("new"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("new")
        .hasMessageContaining("llama-bpe");
  }

  private static List<String> pieces(String name, String text) {
    List<String> pieces = new ArrayList<>();
    GgufPreTokenizers.named(name)
        .split(text, 0, text.length(), (all, from, to) -> pieces.add(all.substring(from, to)));
    return pieces;
  }
}
