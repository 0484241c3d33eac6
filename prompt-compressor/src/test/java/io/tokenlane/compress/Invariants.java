package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold between a text and its compression. */
final class Invariants {
  private Invariants() {}

  static void check(
      PromptCompressor compressor,
      TokenCounter counter,
      String text,
      Compression result,
      String name) {
    assertThat(compressor.restore(result.text(), result.tag())).as(name).isEqualTo(text);
    assertThat(StyleTag.parse(result.tag().toString())).as(name).isEqualTo(result.tag());
    assertThat(result.tokensBefore()).as(name).isEqualTo(counter.count(text));
    assertThat(result.tokensAfter()).as(name).isEqualTo(counter.count(result.text()));
    if (result.savings().isEmpty()) {
      assertThat(result.text()).as(name).isSameAs(text);
      assertThat(result.tag()).as(name).isEqualTo(StyleTag.NONE);
    } else {
      int saved = result.savings().stream().mapToInt(RuleSaving::tokens).sum();
      assertThat(saved).as(name).isPositive();
      assertThat(result.tokensAfter()).as(name).isEqualTo(result.tokensBefore() - saved);
    }
    Compression again = compressor.compress(result.text(), CompressionPolicy.LOSSLESS);
    assertThat(again.text()).as(name + ", twice").isEqualTo(result.text());
    assertThat(new PromptCompressor(counter).compress(text, CompressionPolicy.LOSSLESS).text())
        .as(name + ", again")
        .isIn(text, result.text());
  }
}
