package io.tokenlane.bench.gateway;

import java.util.concurrent.CountDownLatch;

/** {@link EventOrigin} as a process of its own, to be killed and frozen: {@code PORT MODE}. */
public final class NodeCommand {
  private NodeCommand() {}

  /** Runs until it is stopped. */
  public static void main(String[] arguments) throws InterruptedException {
    EventOrigin.Mode mode = EventOrigin.Mode.valueOf(arguments[1]);
    try (EventOrigin node = new EventOrigin(Integer.parseInt(arguments[0]), mode)) {
      System.out.println("listens on port " + node.port());
      new CountDownLatch(1).await();
    }
  }
}
