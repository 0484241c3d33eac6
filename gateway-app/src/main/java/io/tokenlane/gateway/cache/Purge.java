package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Selection;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an operator or a reload forgets, as gateways tell one another of it.
 *
 * @param value the name of the key, the route's id, or the tenant
 */
record Purge(StoredAnswers.By by, String value) {

  /** By its {@link #name}; empty where that is none, as of a gateway of another version. */
  static Optional<Purge> named(String name) {
    return Arrays.stream(StoredAnswers.By.values())
        .filter(by -> name.startsWith(by.name() + ' '))
        .map(by -> new Purge(by, name.substring(by.name().length() + 1)))
        .findFirst();
  }

  String name() {
    return by.name() + ' ' + value;
  }

  /** What {@link StoredAnswers.By#of} gives for each key that is meant. */
  String selected() {
    return by == StoredAnswers.By.TENANT ? "tenant " + value : value;
  }

  Selection selection() {
    String selected = selected();
    return new Selection(name(), key -> by.of(key).equals(selected));
  }
}
