package io.tokenlane.balance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
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

  /** Who of those is next; null if none of them waits. */
  @Nullable Entry<T> next(Predicate<T> wanted) {
    for (Tier tier : tiers.values()) {
      Entry<T> next = tier.next(wanted);
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  /** Takes away one that waits, as served. */
  void serve(Entry<T> entry) {
    tier(entry).serve(entry);
    left(entry);
  }

  /** Takes it away unserved; false if it is no longer there. */
  boolean remove(Entry<T> entry) {
    boolean removed = tiers.containsKey(entry.place().priority()) && tier(entry).remove(entry);
    if (removed) {
      left(entry);
    }
    return removed;
  }

  private Tier tier(Entry<T> entry) {
    return Objects.requireNonNull(tiers.get(entry.place().priority()), "tier");
  }

  private void left(Entry<T> entry) {
    size--;
    if (tier(entry).waiting.isEmpty()) {
      tiers.remove(entry.place().priority());
    }
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

    @Nullable Entry<T> next(Predicate<T> wanted) {
      Entry<T> next = null;
      double start = 0;
      for (Tenant tenant : waiting.values()) {
        Entry<T> first = tenant.first(wanted);
        boolean sooner =
            first != null
                && (next == null
                    || tenant.start < start
                    || (tenant.start == start && first.order() < next.order()));
        if (sooner) {
          next = first;
          start = tenant.start;
        }
      }
      return next;
    }

    void serve(Entry<T> entry) {
      Tenant tenant = Objects.requireNonNull(waiting.get(entry.place().tenant()), "tenant");
      tenant.entries.remove(entry);
      // Who is served out of turn does not set back the time of those before.
      virtualTime = Math.max(virtualTime, tenant.start);
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
    private final NavigableSet<Entry<T>> entries =
        new TreeSet<>(
            Comparator.<Entry<T>>comparingLong(Entry::deadline).thenComparingLong(Entry::order));
    private double start;

    Tenant(String name, double start) {
      this.name = name;
      this.start = start;
    }

    @Nullable Entry<T> first(Predicate<T> wanted) {
      for (Entry<T> entry : entries) {
        if (wanted.test(entry.what())) {
          return entry;
        }
      }
      return null;
    }
  }
}
