package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.token.RegexSplit.Behavior;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RegexSplitTest {

  /** The example of Hugging Face tokenizers' documentation, and its inversion. */
  @ParameterizedTest
  @CsvSource({
    "ISOLATED, the|-|final|-|-|countdown",
    "REMOVED, the|final|countdown",
    "MERGED_WITH_PREVIOUS, the-|final-|-|countdown",
    "MERGED_WITH_NEXT, the|-final|-|-countdown",
    "CONTIGUOUS, the|-|final|--|countdown"
  })
  void treatsMatchesAsTold(Behavior behavior, String expected) {
    String text = "the-final--countdown";
    assertThat(pieces(new RegexSplit("-", behavior, false), text)).isEqualTo(expected);
    if (behavior == Behavior.REMOVED) {
      assertThat(pieces(new RegexSplit("[^-]+", behavior, true), text)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "\\s+, a\u00A0\u2003b, a|\u00A0\u2003|b",
    "\\p{Han}+, ab天气c, ab|天气|c",
    "\\P{Han}+, ab天c, ab|天|c",
    "\\p{^L}+, ab12c, ab|12|c",
    "(?i:'s), it'S, it|'S",
    "\\d+, a١٢b, a|١٢|b",
    "\\w+, a.é_1, a|.|é_1"
  })
  void meansUnicode(String regex, String text, String expected) {
    assertThat(pieces(RegexSplit.isolated(regex), text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-2, Don't stop 12345, Don|'t| stop| 12345",
    "llama-bpe, Don'T stop 12345, Don|'T| stop| |123|45",
    "qwen2, a  b 12, a| | b| |1|2",
    "deepseek-coder, ab 12, ab| |1|2",
    "smollm, a 12, a| |1|2",
    "default, 12345 a$, 123|45| a|$"
  })
  void splitsAsTheNamedModel(String name, String text, String expected) {
    assertThat(pieces(GgufPreTokenizers.named(name), text)).isEqualTo(expected);
  }

  private static String pieces(PreTokenizer splitter, String text) {
    List<String> pieces = new ArrayList<>();
    splitter.split(
        text, 0, text.length(), (whole, from, to) -> pieces.add(whole.substring(from, to)));
    return String.join("|", pieces);
  }
}
