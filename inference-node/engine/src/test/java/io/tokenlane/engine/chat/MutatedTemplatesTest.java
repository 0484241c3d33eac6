package io.tokenlane.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.checkpoint.Damage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Templates cut up and put together anew: each renders or is refused, within its limits, and never
 * ends otherwise.
 */
final class MutatedTemplatesTest {
  private static final long SEED = 20261122;
  private static final int CASES = 20_000;
  private static final TemplateLimits LIMITS = new TemplateLimits(20_000, 1 << 16, 50);

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  @Test
  void renderOrAreRefused() throws IOException {
    List<String> templates = new ArrayList<>();
    Map<String, Object> variables = read(templates);
    int rendered = 0;
    for (int i = 0; i < CASES; i++) {
      String template = mutated(templates);
      try {
        String text = ChatTemplate.compile(template, LIMITS, Clock.systemUTC()).render(variables);
        assertThat(text.length()).isLessThanOrEqualTo(LIMITS.characters());
        rendered++;
      } catch (TemplateException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
    assertThat(rendered).as("seed %d", SEED).isBetween(CASES / 20, CASES);
  }

  private String mutated(List<String> templates) {
    StringBuilder template = new StringBuilder(any(templates));
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(template.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> template.insert(at, any(templates));
        case 1 -> template.insert(at, Damage.piece(any(templates), random));
        case 2 -> template.delete(at, Math.min(template.length(), at + random.nextInt(10)));
        default -> template.insert(at, (char) (32 + random.nextInt(96)));
      }
    }
    return template.toString();
  }

  private String any(List<String> templates) {
    return templates.get(random.nextInt(templates.size()));
  }

  @SuppressWarnings("unchecked") // a JSON object
  private static Map<String, Object> read(List<String> templates) throws IOException {
    try (InputStream json =
        MutatedTemplatesTest.class.getResourceAsStream("/chat/jinja-semantics.json")) {
      JsonNode table = JsonMapper.shared().readTree(Objects.requireNonNull(json));
      table.get("cases").forEach(c -> templates.add(c.get("template").stringValue()));
      return JsonMapper.shared().treeToValue(table.get("variables"), Map.class);
    }
  }
}
