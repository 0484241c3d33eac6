package io.tokenlane.prefetch.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.http.HttpFields;
import org.junit.jupiter.api.Test;

/** RFC 9111 §4.1. */
final class VariantKeysTest {
  private static final HttpFields GERMAN = HttpFields.of("Accept-Language", "de");
  private static final HttpFields FRENCH = HttpFields.of("accept-language", "fr");

  private final VariantKeys keys = new VariantKeys(100);

  @Test
  void variantsAreOneUntilTheResponseSaysOtherwise() {
    assertThat(keys.keyFor("/a", GERMAN)).isEqualTo(keys.keyFor("/a", FRENCH));

    assertThat(keys.learn("/a", HttpFields.of("Vary", "accept-language"))).isTrue();

    assertThat(keys.keyFor("/a", GERMAN)).isNotEqualTo(keys.keyFor("/a", FRENCH));
    assertThat(keys.keyFor("/b", GERMAN)).isEqualTo(keys.keyFor("/b", FRENCH));
  }

  @Test
  void whatIsKnownIsNotForgottenByAResponseThatNamesLess() {
    keys.learn("/a", HttpFields.of("Vary", "accept-language, accept"));

    assertThat(keys.learn("/a", HttpFields.of("Vary", "accept"))).isFalse();
    assertThat(keys.keyFor("/a", GERMAN)).isNotEqualTo(keys.keyFor("/a", FRENCH));
  }
}
