package io.tokenlane.compress.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
  @ParameterizedTest
  @CsvSource({
    "JINJA,Dear {{ name }}: {{a.b}} {{ x | upper }} {% if y %},Dear [[name]]: [[a.b]] {{ x | upper }} {% if y %}",
    "MUSTACHE,{{name}} {{{raw}}} {{#list}},[[name]] {{{raw}}} {{#list}}",
    "BRACES,{name} {{name}} {0} {x!r},[[name]] {{name}} {0} {x!r}",
    "BRACES,[[a]] {a} [{a}] [[{a}]],[[a]] [[a]] [[[a]]] [[[[a]]]]"
  })
  void plainPlaceholdersAreWrittenOneWay(Syntax syntax, String source, String normalised) {
    Placeholders placeholders = Placeholders.of(source, syntax);
    assertThat(placeholders.text()).isEqualTo(normalised);
    assertThat(placeholders.restore()).isEqualTo(source);
  }

  @Test
  void anySourceComesBack() {
    SplittableRandom random = new SplittableRandom(7);
    String[] parts = {
      "{", "}", "[", "]", "{{", "}}", "[[", "]]", "a", "b_1.c", " ", "\n", "$", "\\", "é"
    };
    for (int round = 0; round < 20_000; round++) {
      StringBuilder source = new StringBuilder();
      for (int i = random.nextInt(16); i > 0; i--) {
        source.append(parts[random.nextInt(parts.length)]);
      }
      for (Syntax syntax : Syntax.values()) {
        Placeholders placeholders = Placeholders.of(source.toString(), syntax);
        assertThat(placeholders.restore()).isEqualTo(source.toString());
      }
    }
  }

  @Test
  void placeholdersOfAnotherTextAreRefused() {
    for (List<String> others : List.of(List.<String>of(), List.of("{a}", "{b}"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Placeholders("[[a]]", others).restore())
          .withMessageContaining("expected: one for each [[key]]");
    }
  }
}
