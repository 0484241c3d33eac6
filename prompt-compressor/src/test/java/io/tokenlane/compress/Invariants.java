package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

/** Compresses texts and checks what must hold between a text and its compression. */
record Invariants(PromptCompressor compressor, TokenCounter counter, CompressionPolicy policy) {
  /**
   * @param name what to call the text where something does not hold
   */
  Compression check(String text, String name) {
    Compression result = compressor.compress(text, policy);
    assertThat(compressor.restore(result.text(), result.tag())).as(name).isEqualTo(text);
    assertThat(StyleTag.parse(result.tag().toString())).as(name).isEqualTo(result.tag());
    assertThat(compressor.compress(result.text(), policy).text())
        .as(name + ", twice")
        .isEqualTo(result.text());
    assertThat(new PromptCompressor(counter).compress(text, policy))
        .as(name + ", again")
        .isEqualTo(result);
    assertThat(result.savings()).allMatch(saving -> policy.rules().contains(saving.rule()));
    if (result.savings().isEmpty()) {
      assertThat(result.text()).as(name).isSameAs(text);
      assertThat(result.tag()).as(name).isEqualTo(StyleTag.NONE);
    } else {
      assertThat(result.savings()).as(name).allMatch(saving -> saving.tokens() > 0);
      counted(text, result, name);
    }
    return result;
  }

  private void counted(String text, Compression result, String name) {
    int saved = result.savings().stream().mapToInt(RuleSaving::tokens).sum();
    assertThat(result.tokensBefore()).as(name).isEqualTo(counter.count(text));
    assertThat(result.tokensAfter()).as(name).isEqualTo(counter.count(result.text()));
    assertThat(result.tokensAfter()).as(name).isEqualTo(result.tokensBefore() - saved);
  }
}
