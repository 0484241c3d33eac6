package io.tokenlane.gateway.pass;

import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** What may pass now. */
record PassRules(Supplier<Table> now) {

  /**
   * What follows from one configuration.
   *
   * @param routes none where no request may pass
   * @param caching whether answers are stored at all
   * @param ahead targets that are fetched ahead
   * @param bodyTimeout longest wait for a whole body
   */
  record Table(PassRoutes routes, boolean caching, Set<String> ahead, Duration bodyTimeout) {}

  PassRoutes routes() {
    return now.get().routes();
  }
}
