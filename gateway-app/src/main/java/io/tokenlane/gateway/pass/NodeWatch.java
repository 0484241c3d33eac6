package io.tokenlane.gateway.pass;

import io.netty.channel.EventLoop;
import io.tokenlane.gateway.resilience.DownNodes;
import io.tokenlane.gateway.resilience.Watchman;
import java.util.concurrent.RejectedExecutionException;

/** Looks whether the node that has a request has gone down meanwhile, and says so on its loop. */
final class NodeWatch implements Watchman.Watched {
  private final String node;
  private final NodeLeg leg;
  private final EventLoop loop;
  private final long startNanos = System.nanoTime();
  private volatile long lastNanos = startNanos;
  private volatile boolean begun;

  NodeWatch(String node, NodeLeg leg, EventLoop loop) {
    this.node = node;
    this.leg = leg;
    this.loop = loop;
  }

  /** A part of the answer passed. */
  void beat() {
    lastNanos = System.nanoTime();
    begun = true;
  }

  @Override
  public void look(DownNodes down) {
    long now = System.nanoTime();
    if (begun ? down.amid(node, now - lastNanos) : down.before(node, now - startNanos)) {
      tell();
    }
  }

  @Override
  public void stop() {
    if (begun) {
      tell();
    }
  }

  private void tell() {
    try {
      loop.execute(() -> leg.down(this));
    } catch (RejectedExecutionException closing) {
      // Nobody waits for the answer any more.
    }
  }
}
