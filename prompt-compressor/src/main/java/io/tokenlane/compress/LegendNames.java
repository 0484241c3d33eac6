package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the symbols of a conversation's legends stand for. A legend holds for its own message, so a
 * symbol that names two passages, or that a message holds as itself, stands for nothing in an
 * answer. Not for several threads.
 */
final class LegendNames {
  private final Map<Character, String> passages = new HashMap<>();
  private final Set<Character> ambiguous = new HashSet<>();
  private final List<String> originals = new ArrayList<>();

  /**
   * @param sent the message with its legend; null where it has none
   */
  void learn(String original, @Nullable String sent) {
    originals.add(original);
    if (sent != null) {
      Legend.passages(sent).forEach(this::learn);
    }
  }

  private void learn(char symbol, String passage) {
    String before = passages.putIfAbsent(symbol, passage);
    if (before != null && !before.equals(passage)) {
      ambiguous.add(symbol);
    }
  }

  Map<Character, String> names() {
    Map<Character, String> names = new HashMap<>(passages);
    names.keySet().removeIf(symbol -> ambiguous.contains(symbol) || isText(symbol));
    return names;
  }

  private boolean isText(char symbol) {
    return originals.stream().anyMatch(original -> original.indexOf(symbol) >= 0);
  }
}
