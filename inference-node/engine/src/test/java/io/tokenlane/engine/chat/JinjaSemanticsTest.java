package io.tokenlane.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Small templates and what jinja2 3.1.6, set up as transformers sets it up, makes of them
 * (jinja-semantics.json): the text, or an error.
 */
final class JinjaSemanticsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-02T07:05:09Z"), ZoneOffset.UTC);

  private record Table(Map<String, Object> variables, List<Case> cases) {}

  record Case(String template, @Nullable String text, @Nullable String error) {}

  static Stream<Arguments> cases() throws IOException {
    try (InputStream json =
        JinjaSemanticsTest.class.getResourceAsStream("/chat/jinja-semantics.json")) {
      Table table = JsonMapper.shared().readValue(Objects.requireNonNull(json), Table.class);
      return table.cases().stream()
          .map(c -> Arguments.of(c.template(), Named.of("expected", c), table.variables()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void doesAsTheReference(String template, Case expected, Map<String, Object> given) {
    if (expected.error() == null) {
      assertThat(render(template, given)).isEqualTo(expected.text());
    } else {
      assertThatThrownBy(() -> render(template, given)).isInstanceOf(TemplateException.class);
    }
  }

  private static String render(String template, Map<String, Object> variables) {
    return ChatTemplate.compile(template, TemplateLimits.DEFAULT, CLOCK).render(variables);
  }
}
