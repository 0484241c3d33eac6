package io.tokenlane.gateway.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.Ending;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.node.ArrayNode;

/** Which keys of the cache are asked for most; of those asked within the last ten minutes. */
final class Heat implements CallWatch {
  private static final int REMEMBERED = 1_000;
  private static final int SHOWN = 10;
  private static final Duration SPAN = Duration.ofMinutes(10);

  private final boolean targets;
  private final Cache<String, Heated> keys =
      Caffeine.newBuilder()
          .maximumSize(REMEMBERED)
          .expireAfterAccess(SPAN)
          .executor(Runnable::run)
          .build();

  private record Heated(String target, LongAdder asked, LongAdder hits) {}

  /** As it stood when it was counted; sums that move cannot be sorted by. */
  private record Counted(String key, Heated heated, long asked) {}

  /**
   * Starts cold.
   *
   * @param targets whether paths and queries are shown beside the hashed keys
   */
  Heat(boolean targets) {
    this.targets = targets;
  }

  @Override
  public Attention attention() {
    return Attention.KEYS;
  }

  @Override
  public void ended(Ending ending) {
    for (Decision decision : ending.trail().decisions()) {
      Object key = decision.facts().get("key");
      if (key != null) {
        count(key.toString(), String.valueOf(decision.facts().get("target")), ending.cache());
      }
    }
  }

  private void count(String key, String target, String result) {
    Heated heated =
        keys.get(key, k -> new Heated(targets ? target : "", new LongAdder(), new LongAdder()));
    heated.asked().increment();
    if (result.equals("hit") || result.equals("collapsed")) {
      heated.hits().increment();
    }
  }

  void tell(ArrayNode hottest) {
    keys.asMap().entrySet().stream()
        .map(e -> new Counted(e.getKey(), e.getValue(), e.getValue().asked().sum()))
        .sorted(Comparator.comparingLong(Counted::asked).reversed())
        .limit(SHOWN)
        .forEach(
            e ->
                hottest
                    .addObject()
                    .put("key", e.key())
                    .put("target", e.heated().target())
                    .put("asked", e.asked())
                    .put("hits", e.heated().hits().sum()));
  }
}
