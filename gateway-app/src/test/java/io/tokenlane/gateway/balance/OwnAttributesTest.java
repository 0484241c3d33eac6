package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Held against a whole copy. */
class OwnAttributesTest {
  private static final String[] NAMES = {"a", "b", "c", "d"};

  @Test
  void isACopyThatIsChangedAlone() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      Map<String, Object> before = new HashMap<>(Map.of("a", 1, "b", 2));
      Map<String, Object> copy = new HashMap<>(before);
      Map<String, Object> own = new OwnAttributes(before);
      for (int step = 0; step < 12; step++) {
        String name = NAMES[random.nextInt(NAMES.length)];
        int value = random.nextInt(100);
        switch (random.nextInt(4)) {
          case 0 -> assertThat(own.remove(name)).isEqualTo(copy.remove(name));
          case 1 ->
              assertThat(own.computeIfAbsent(name, n -> value))
                  .isEqualTo(copy.computeIfAbsent(name, n -> value));
          case 2 ->
              assertThat(own.getOrDefault(name, value)).isEqualTo(copy.getOrDefault(name, value));
          default -> assertThat(own.put(name, value)).isEqualTo(copy.put(name, value));
        }
        assertThat(own).containsExactlyInAnyOrderEntriesOf(copy);
        assertThat(own.containsKey(name)).isEqualTo(copy.containsKey(name));
      }
      assertThat(before).isEqualTo(Map.of("a", 1, "b", 2));
    }
  }
}
