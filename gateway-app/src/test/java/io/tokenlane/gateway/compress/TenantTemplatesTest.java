package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.compress.template.Template;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class TenantTemplatesTest {
  private static final String SHARED =
      "You are a careful clerk of the shop and answer each question of a customer in one word. ";

  private final TenantTemplates templates =
      new TenantTemplates(List.of(Template.of("common", "1", "Hello {{ x }}")));
  private final MinedTemplates mined = new MinedTemplates(templates);

  private List<String> seenBy(String tenant) {
    return templates.of(tenant).list().stream().map(Template::reference).toList();
  }

  private void sees(String tenant, String route, String... questions) {
    for (String question : questions) {
      String json =
          "{\"messages\":[{\"role\":\"user\",\"content\":\"" + SHARED + SHARED + question + "\"}]}";
      mined.see(tenant, route, body(json));
    }
  }

  private static ObjectNode body(String json) {
    return CallParser.parse(CallKind.CHAT, json.getBytes(StandardCharsets.UTF_8)).body();
  }

  @Test
  void eachTenantSeesItsOwnAndTheCommonOnes() {
    templates.register("a", Template.of("clerk", "1", "of a"));
    templates.register("b", Template.of("clerk", "1", "of b"));

    assertThat(seenBy("a")).containsExactly("clerk@1", "common@1");
    assertThat(templates.of("a").get("clerk@1").source()).isEqualTo("of a");
    assertThat(templates.of("b").get("clerk@1").source()).isEqualTo("of b");
    assertThat(seenBy("c")).containsExactly("common@1");
    assertThat(templates.all()).extracting(Template::source).contains("of a", "of b").hasSize(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> templates.register("a", Template.of("common", "1", "other")));
  }

  @Test
  void minedOnesAreOfTheTenantWhosePromptsTheyCameFrom() {
    sees("a", "r", "Where is Ada?", "Where is the blue tea?");
    sees("b", "r", "When does Kurt come?");
    assertThat(seenBy("a")).containsExactly("common@1");

    sees("a", "r", "Why?");

    assertThat(seenBy("a")).containsExactly("common@1", "mined-r@1");
    assertThat(seenBy("b")).containsExactly("common@1");
  }

  /** Each before the part that varies, and after what all share. */
  @ParameterizedTest
  @ValueSource(strings = {"Half is \\\\frac{", "Record {", "{% raw %}{{ x", "#{", "{{", "{%"})
  void textThatLooksLikeATagIsMinedAsText(String before) {
    sees("a", "r", before + "1} now", before + "2} now", before + "3} now");

    assertThat(seenBy("a")).containsExactly("common@1", "mined-r@1");
    assertThat(templates.of("a").get("mined-r@1").variables()).hasSize(1);
  }

  /** No template can say it; what comes after is mined all the same. */
  @Test
  void promptsThatShareTheEndOfARawBlockAreNoTemplate() {
    for (int i = 0; i < 9; i++) {
      sees("a", "r", "{%- endraw %} is what? Number " + i + " of all.");
    }
    assertThat(seenBy("a")).containsExactly("common@1");

    sees("a", "r", "Where is Ada?", "Where is the blue tea?", "Why?");

    assertThat(seenBy("a")).containsExactly("common@1", "mined-r@1");
  }

  /** Each source is learnt by itself, whichever threads see its calls. */
  @Test
  void manySourcesAreMinedAtOnce() {
    List<String> tenants = IntStream.range(0, 40).mapToObj(i -> "t" + i).toList();
    tenants.parallelStream()
        .forEach(tenant -> sees(tenant, "r", "Where is Ada?", "Where is the blue tea?", "Why?"));
    List.of("Who is he?", "How is it?", "What is that?", "When was this?").parallelStream()
        .forEach(question -> sees("one", "r", question));

    assertThat(tenants)
        .allSatisfy(tenant -> assertThat(seenBy(tenant)).contains("mined-r@1").hasSize(2));
    assertThat(seenBy("one")).contains("mined-r@1").hasSize(2);
  }

  @Test
  void routesWhoseNamesAreWrittenAlikeHaveVersionsOfTheirOwn() {
    sees("a", "r 1", "Where is Ada?", "Where is the blue tea?", "Why?");
    templates.register("a", Template.of("mined-r-1", "2", "by hand"));
    for (String end : List.of("first one", "second", "third")) {
      mined.see(
          "a",
          "r-1",
          body(
              "{\"messages\":[{\"content\":\""
                  + "Other words stand here. ".repeat(6)
                  + end
                  + "\"}]}"));
    }

    assertThat(seenBy("a")).contains("mined-r-1@1", "mined-r-1@2", "mined-r-1@3");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 190_000})
  void aTenantHasRoomForSoManyAndNoMore(int length) {
    int fit = (int) Math.min(TenantTemplates.MOST, TenantTemplates.MOST_CHARS / length);
    String source = "x".repeat(length);
    for (int i = 0; i < fit; i++) {
      templates.register("a", Template.of("t", "" + i, source));
    }
    Template more = Template.of("more", "1", source);

    assertThat(templates.hasRoom("a", more)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> templates.register("a", more))
        .withMessageContaining("(expected: at most 1000 templates of a tenant");
    assertThat(templates.register("a", Template.of("t", "0", source)).source()).isEqualTo(source);
    assertThat(templates.register("b", more)).isSameAs(more);
  }

  @Test
  void allTenantsTogetherHaveABound() {
    String source = "x".repeat(Template.MOST_CHARS);
    List<Template> most =
        IntStream.range(0, (int) (TenantTemplates.MOST_CHARS / Template.MOST_CHARS))
            .mapToObj(i -> Template.of("t", "" + i, source))
            .toList();
    int tenants = 0;
    while (templates.hasRoom("t" + tenants, most.getFirst())) {
      String tenant = "t" + tenants++;
      most.forEach(template -> templates.register(tenant, template));
    }
    assertThat(tenants)
        .isEqualTo((int) (TenantTemplates.MOST_CHARS_OF_ALL / TenantTemplates.MOST_CHARS));
  }
}
