package io.tokenlane.gateway.pass;

import io.netty.channel.EventLoop;
import io.tokenlane.gateway.resilience.DownNodes;
import io.tokenlane.gateway.resilience.Watchman;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Looks whether the node that has a request has gone down meanwhile, and says so on its loop. */
final class NodeWatch implements Watchman.Watched {
  /** How long a node has to be down before the answers it holds are given up. */
  private static final long DOWN_NANOS = TimeUnit.SECONDS.toNanos(2);

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
    long downFor = down.nanos(node);
    if (downFor == DownNodes.SERVES) {
      return;
    }
    long now = System.nanoTime();
    boolean gone =
        begun ? downFor > DOWN_NANOS && now - lastNanos > downFor : downFor < now - startNanos;
    if (gone) {
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
