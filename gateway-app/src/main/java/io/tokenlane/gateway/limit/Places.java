package io.tokenlane.gateway.limit;

import reactor.core.publisher.Mono;

/** Counts the requests that someone has open. Thread-safe, never blocks. */
interface Places {
  /** Takes a place; empty where all {@code most} are taken. */
  Mono<Place> take(String whose, int most);

  /** How many are taken at this gateway now. */
  int taken();

  /** One that was taken. */
  @FunctionalInterface
  interface Place {
    /** Gives it back; once more does nothing. */
    void leave();
  }
}
