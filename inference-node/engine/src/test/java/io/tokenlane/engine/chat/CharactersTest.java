package io.tokenlane.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CharactersTest {
  private static Budget steps(long steps) {
    return new Budget(new TemplateLimits(steps, 1000, 10));
  }

  @Test
  void aTextsCharactersAreItsCodePoints() {
    assertThat(Values.list("aé😀a", steps(9))).isEqualTo(List.of("a", "é", "😀", "a"));
  }

  @Test
  void equalCharactersAreOneText() {
    List<Object> characters = Values.list("äbä", steps(9));
    assertThat(characters.get(2)).isSameAs(characters.get(0));
  }

  @Test
  void charactersAreMadeAndCountedWhereTheyAreRead() {
    List<Object> characters = Values.list("abcd", steps(2));
    assertThat(characters.get(3)).isEqualTo("d");
    assertThat(characters).hasSize(4);
    assertThatThrownBy(() -> characters.get(0)).isInstanceOf(TemplateException.class);
  }
}
