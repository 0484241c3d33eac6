package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockHash;
import io.tokenlane.engine.kv.BlockListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The latest KV events, in a ring. Written by the step thread, read by any. */
final class KvEventLog implements BlockListener {
  private final @Nullable KvEvent[] ring;
  private long last;

  /**
   * @param capacity events that are kept, at least 1
   */
  KvEventLog(int capacity) {
    ring = new KvEvent[capacity];
  }

  @Override
  public void stored(BlockHash hash, @Nullable BlockHash parent) {
    append(true, hash, parent);
  }

  @Override
  public void evicted(BlockHash hash) {
    append(false, hash, null);
  }

  /** Number of the last event; 0 before the first. */
  synchronized long last() {
    return last;
  }

  /**
   * The events behind number {@code after}, oldest first.
   *
   * @param most how many at the most
   * @return empty if some of them are no longer kept, or there never was such a number
   */
  synchronized Optional<List<KvEvent>> read(long after, int most) {
    if (after < Math.max(0, last - ring.length) || after > last) {
      return Optional.empty();
    }
    List<KvEvent> events = new ArrayList<>();
    for (long number = after + 1; number <= last && events.size() < most; number++) {
      KvEvent event = ring[at(number)];
      if (event != null) {
        events.add(event);
      }
    }
    return Optional.of(events);
  }

  private synchronized void append(boolean stored, BlockHash hash, @Nullable BlockHash parent) {
    last++;
    ring[at(last)] = new KvEvent(last, stored, hash, parent);
  }

  private int at(long number) {
    return (int) (number % ring.length);
  }
}
