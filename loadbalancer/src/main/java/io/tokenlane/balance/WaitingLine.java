package io.tokenlane.balance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The order of waiting calls: by priority; then the tenant that got least so far, in virtual time
 * (start-time fair queueing, Goyal, Vin and Cheng 1996: a tenant that comes back starts at the
 * others' time and cannot claim what it did not use); then the earliest deadline. Not thread-safe.
 */
final class WaitingLine<T> {
  private final NavigableMap<Integer, Tier> tiers = new TreeMap<>(Comparator.reverseOrder());
  private int size;
  private long order;

  /**
   * @param cost what the call takes from its tenant's part; &gt; 0
   * @param deadline nanoseconds of the pool's clock
   */
  record Entry<T>(T what, Place place, double cost, long deadline, long order) {}

  int size() {
    return size;
  }

  Entry<T> add(T what, Place place, double cost, long deadline) {
    Entry<T> entry = new Entry<>(what, place, cost, deadline, order++);
    tiers.computeIfAbsent(place.priority(), p -> new Tier()).add(entry);
    size++;
    return entry;
  }

  /** Who is next; null if nobody waits. */
  @Nullable Entry<T> peek() {
    return tiers.isEmpty() ? null : tiers.firstEntry().getValue().next().entries.peek();
  }

  /** Takes away the one that {@link #peek} showed, as served. */
  void serve() {
    Map.Entry<Integer, Tier> first = tiers.firstEntry();
    first.getValue().serve();
    size--;
    if (first.getValue().waiting.isEmpty()) {
      tiers.remove(first.getKey());
    }
  }

  /** Takes it away unserved; false if it is no longer there. */
  boolean remove(Entry<T> entry) {
    Tier tier = tiers.get(entry.place().priority());
    if (tier == null || !tier.remove(entry)) {
      return false;
    }
    size--;
    if (tier.waiting.isEmpty()) {
      tiers.remove(entry.place().priority());
    }
    return true;
  }

  /** The waiting calls of one priority. */
  private final class Tier {
    private final Map<String, Tenant> waiting = new HashMap<>();
    private final Map<String, Double> served = new HashMap<>();
    private double virtualTime;

    void add(Entry<T> entry) {
      waiting.computeIfAbsent(entry.place().tenant(), this::arrive).entries.add(entry);
    }

    private Tenant arrive(String name) {
      double before = served.getOrDefault(name, 0.0);
      return new Tenant(name, Math.max(before, virtualTime));
    }

    Tenant next() {
      return waiting.values().stream()
          .min(
              Comparator.<Tenant>comparingDouble(tenant -> tenant.start)
                  .thenComparingLong(tenant -> tenant.first().order()))
          .orElseThrow();
    }

    void serve() {
      Tenant tenant = next();
      Entry<T> entry = tenant.entries.remove();
      virtualTime = tenant.start;
      tenant.start += entry.cost();
      leave(tenant);
    }

    boolean remove(Entry<T> entry) {
      Tenant tenant = waiting.get(entry.place().tenant());
      boolean removed = tenant != null && tenant.entries.remove(entry);
      if (tenant != null) {
        leave(tenant);
      }
      return removed;
    }

    private void leave(Tenant tenant) {
      served.put(tenant.name, tenant.start);
      if (tenant.entries.isEmpty()) {
        waiting.remove(tenant.name);
      }
      served.values().removeIf(time -> time < virtualTime);
    }
  }

  private final class Tenant {
    private final String name;
    private final PriorityQueue<Entry<T>> entries =
        new PriorityQueue<>(
            Comparator.<Entry<T>>comparingLong(Entry::deadline).thenComparingLong(Entry::order));
    private double start;

    Tenant(String name, double start) {
      this.name = name;
      this.start = start;
    }

    Entry<T> first() {
      return entries.element();
    }
  }
}
