package io.tokenlane.gateway.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ModelCatalogTest {
  private final ModelCatalog catalog = new ModelCatalog();

  private static List<JsonNode> models(String... ids) {
    return Stream.of(ids)
        .<JsonNode>map(id -> JsonMapper.shared().createObjectNode().put("id", id))
        .toList();
  }

  private List<String> listed() {
    return catalog.models().orElseThrow().stream().map(m -> m.path("id").stringValue()).toList();
  }

  @Test
  void knowsNothingBeforeANodeSpoke() {
    assertThat(catalog.models()).isEmpty();
    assertThat(catalog.lacking("a")).isEmpty();
  }

  @Test
  void tellsOnceThatANodeHasSpoken() {
    AtomicInteger told = new AtomicInteger();
    catalog.onFirst(told::incrementAndGet);
    assertThat(told).hasValue(0);
    catalog.listed("one", models("a"));
    catalog.listed("two", models("b"));
    assertThat(told).hasValue(1);
    catalog.onFirst(told::incrementAndGet);
    assertThat(told).hasValue(2);
  }

  @Test
  void mergesWhatNodesSay() {
    catalog.listed("one", models("a", "b"));
    catalog.listed("two", models("b", "c:latest"));

    assertThat(listed()).containsExactly("a", "b", "c:latest");
    assertThat(catalog.model("c")).isPresent();
    assertThat(catalog.model("d")).isEmpty();
  }

  @Test
  void leavesOutNodesThatLackAModelOthersHave() {
    catalog.listed("one", models("a", "b"));
    catalog.listed("two", models("b", "c:latest"));

    assertThat(catalog.lacking("a")).containsExactly("two");
    assertThat(catalog.lacking("b")).isEmpty();
    assertThat(catalog.lacking("c")).containsExactly("one");
    assertThat(catalog.lacking("unheard-of")).isEmpty();
  }

  @Test
  void forgetsNodesThatLeft() {
    catalog.listed("one", models("a"));
    catalog.listed("two", models("b"));
    catalog.keep(List.of("two"));

    assertThat(listed()).containsExactly("b");
    assertThat(catalog.lacking("a")).isEmpty();
  }
}
