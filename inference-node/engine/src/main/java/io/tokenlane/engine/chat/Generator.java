package io.tokenlane.engine.chat;

import java.util.List;

/** Values that can be gone through once, as the lazy filters give them. */
final class Generator {
  private List<Object> items;

  Generator(List<Object> items) {
    this.items = items;
  }

  /** The values; none the second time. */
  List<Object> take() {
    List<Object> taken = items;
    items = List.of();
    return taken;
  }

  /** The next value, taken out. */
  Object takeFirst() {
    if (items.isEmpty()) {
      return new Undefined("No first item, sequence was empty.");
    }
    Object first = items.getFirst();
    items = items.subList(1, items.size());
    return first;
  }
}
