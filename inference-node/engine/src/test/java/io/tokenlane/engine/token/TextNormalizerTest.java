package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextNormalizerTest {

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {"'  a b ',a b", "'',''", "'   ',''", "a,a", "'\t a\n ','\t a\n'"})
  void stripsSpacesAlone(String text, String expected) {
    assertThat(TextNormalizer.stripSpaces().apply(text)).isEqualTo(expected);
  }

  @Test
  void spacesInTheMiddleAreLookedAtOnce() {
    String text = "a" + " ".repeat(500_000) + "b";
    assertThat(TextNormalizer.stripSpaces().apply("  " + text + " ")).isEqualTo(text);
  }
}
