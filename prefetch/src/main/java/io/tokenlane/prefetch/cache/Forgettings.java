package io.tokenlane.prefetch.cache;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What was forgotten, and when: nothing of it that began before may be stored any more.
 *
 * <p>Remembered for longer than a fetch takes, and up to a number: where more is forgotten, the
 * oldest forgetting becomes one of everything, so that too much is refused rather than something
 * old let in. Thread-safe.
 */
final class Forgettings {
  private static final long REMEMBERED_NANOS = Duration.ofMinutes(10).toNanos();

  private static final int MOST_GROUPS = 10_000;
  private static final int MOST_SELECTIONS = 1_000;

  private final LongSupplier nanoClock;

  /** By group, the latest forgotten last. */
  private final LinkedHashMap<String, Long> groups = new LinkedHashMap<>();

  private final Deque<Selected> selections = new ArrayDeque<>();

  /** Whatever began by then is forgotten. */
  private long floorNanos;

  private record Selected(Predicate<String> picks, long nanos) {}

  Forgettings(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.floorNanos = nanoClock.getAsLong() - 1;
  }

  /** A group is forgotten now. */
  synchronized void group(String group) {
    long now = nanoClock.getAsLong();
    groups.remove(group);
    groups.put(group, now);
    while (groups.size() > MOST_GROUPS || over(groups.firstEntry().getValue(), now)) {
      raise(groups.pollFirstEntry().getValue(), now);
    }
  }

  /** All keys that are picked are forgotten now. */
  synchronized void keys(Predicate<String> picks) {
    long now = nanoClock.getAsLong();
    selections.add(new Selected(picks, now));
    while (selections.size() > MOST_SELECTIONS || over(selections.getFirst().nanos(), now)) {
      raise(selections.removeFirst().nanos(), now);
    }
  }

  /** Everything is forgotten now. */
  synchronized void all() {
    floorNanos = nanoClock.getAsLong();
    groups.clear();
    selections.clear();
  }

  private static boolean over(long nanos, long now) {
    return now - nanos > REMEMBERED_NANOS;
  }

  private void raise(long nanos, long now) {
    if (!over(nanos, now) && nanos - floorNanos > 0) {
      floorNanos = nanos;
    }
  }

  /** Whether {@code key}, or its group, was forgotten at that time or since. */
  synchronized boolean since(String key, String group, long begunNanos) {
    Long forgotten = groups.get(group);
    return floorNanos - begunNanos >= 0
        || (forgotten != null && forgotten - begunNanos >= 0)
        || selections.stream().anyMatch(s -> s.nanos() - begunNanos >= 0 && s.picks().test(key));
  }
}
