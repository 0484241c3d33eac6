package io.tokenlane.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

/** Held against Spring's own fields, whatever is done to both. */
class FewFieldsTest {
  private static final String[] NAMES = {"Host", "host", "Accept", "ACCEPT", "X-Request-Id", "a"};

  private final Random random = new Random(5);

  @Test
  void doesWhatSpringsOwnDo() {
    for (int round = 0; round < 500; round++) {
      HttpHeaders theirs = new HttpHeaders();
      HttpHeaders ours = FewFields.copy(theirs);
      for (int step = 0; step < 20; step++) {
        change(theirs, ours);
        assertThat(read(ours)).isEqualTo(read(theirs));
        assertThat(ours.size()).isEqualTo(theirs.size());
        assertThat(ours.isEmpty()).isEqualTo(theirs.isEmpty());
        for (String name : NAMES) {
          assertThat(ours.get(name)).isEqualTo(theirs.get(name));
          assertThat(ours.getFirst(name)).isEqualTo(theirs.getFirst(name));
          assertThat(ours.containsHeader(name)).isEqualTo(theirs.containsHeader(name));
        }
      }
    }
  }

  private void change(HttpHeaders theirs, HttpHeaders ours) {
    String name = NAMES[random.nextInt(NAMES.length)];
    String value = Integer.toString(random.nextInt(10));
    int what = random.nextInt(5);
    for (HttpHeaders fields : List.of(theirs, ours)) {
      switch (what) {
        case 0 -> fields.set(name, value);
        case 1, 2 -> fields.add(name, value);
        case 3 -> fields.remove(name);
        default -> fields.put(name, new ArrayList<>(List.of(value, "and another")));
      }
    }
  }

  private static Map<String, List<String>> read(HttpHeaders fields) {
    Map<String, List<String>> all = new TreeMap<>();
    fields.forEach((name, values) -> all.put(name.toLowerCase(Locale.ROOT), values));
    Map<String, List<String>> byNames = new TreeMap<>();
    fields
        .headerNames()
        .forEach(name -> byNames.put(name.toLowerCase(Locale.ROOT), fields.getOrEmpty(name)));
    assertThat(byNames).isEqualTo(all);
    return all;
  }

  @Test
  void copiesOfManyAreWhole() {
    HttpHeaders many = new HttpHeaders();
    for (int i = 0; i < 1_000; i++) {
      many.add("x-" + i % 300, Integer.toString(i));
    }
    HttpHeaders copy = FewFields.copy(many);

    assertThat(read(copy)).isEqualTo(read(many));
  }

  @Test
  void aCopyDoesNotChangeWhatItIsOf() {
    HttpHeaders fields = new HttpHeaders();
    fields.add("Accept", "a");
    HttpHeaders copy = FewFields.copy(fields);
    copy.set("accept", "b");
    copy.remove("Accept");

    assertThat(new ArrayList<>(fields.getOrEmpty("Accept"))).containsExactly("a");
  }
}
