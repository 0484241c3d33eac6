package io.tokenlane.node.load;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed in reverse order: at the end, or as soon as a later step fails. */
final class Opened implements AutoCloseable {
  private final Deque<Runnable> closings = new ArrayDeque<>();

  void whenClosed(Runnable closing) {
    closings.push(closing);
  }

  @Override
  public void close() {
    while (!closings.isEmpty()) {
      closings.pop().run();
    }
  }
}
