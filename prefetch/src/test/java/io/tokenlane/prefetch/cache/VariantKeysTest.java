package io.tokenlane.prefetch.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.http.HttpFields;
import java.util.List;
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
  void whatAKeyWillBeIsKnownBeforeAnybodyHasIt() {
    HttpFields byLanguage = HttpFields.of("Vary", "accept-language");
    HttpFields byType = HttpFields.of("Vary", "accept");
    for (HttpFields response : List.of(HttpFields.NONE, byLanguage, byType, HttpFields.NONE)) {
      String german = keys.keyAfter("/a", response, GERMAN);
      String french = keys.keyAfter("/a", response, FRENCH);
      keys.learn("/a", response);
      assertThat(keys.keyFor("/a", GERMAN)).isEqualTo(german);
      assertThat(keys.keyFor("/a", FRENCH)).isEqualTo(french);
    }
  }

  @Test
  void whatIsKnownIsNotForgottenByAResponseThatNamesLess() {
    keys.learn("/a", HttpFields.of("Vary", "accept-language, accept"));

    assertThat(keys.learn("/a", HttpFields.of("Vary", "accept"))).isFalse();
    assertThat(keys.keyFor("/a", GERMAN)).isNotEqualTo(keys.keyFor("/a", FRENCH));
  }
}
