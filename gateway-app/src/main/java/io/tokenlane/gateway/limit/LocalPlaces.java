package io.tokenlane.gateway.limit;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Mono;

/** Places of this gateway alone. */
final class LocalPlaces implements Places {
  private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

  @Override
  public Mono<Place> take(String whose, int most) {
    return Mono.fromSupplier(() -> taken(whose, most) ? new Seat(whose) : null);
  }

  private boolean taken(String whose, int most) {
    boolean[] taken = new boolean[1];
    open.compute(
        whose,
        (key, now) -> {
          int before = now == null ? 0 : now;
          taken[0] = before < most;
          return taken[0] ? Integer.valueOf(before + 1) : now;
        });
    return taken[0];
  }

  @Override
  public int taken() {
    return open.values().stream().mapToInt(Integer::intValue).sum();
  }

  private final class Seat implements Place {
    private final String whose;
    private final AtomicBoolean left = new AtomicBoolean();

    private Seat(String whose) {
      this.whose = whose;
    }

    @Override
    public void leave() {
      if (left.compareAndSet(false, true)) {
        open.computeIfPresent(whose, (key, now) -> now <= 1 ? null : now - 1);
      }
    }
  }
}
