package io.tokenlane.gateway.pass;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.gateway.balance.NodeFailedException;
import io.tokenlane.gateway.balance.NodeTurn;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.resilience.NodeGuards;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The part of an exchange that has to do with nodes: which one has the request, and what becomes of
 * its lease. On the exchange's event loop.
 */
final class NodeLeg {
  private static final int CLIENT_ERROR = 400;

  private final Passing.Nodes nodes;
  private final NodeTurn turn;
  private final PassExchange exchange;
  private final EventLoop loop;
  private @Nullable NodeWatch watch;
  private long leasedNanos;
  private boolean over;

  NodeLeg(Passing.Nodes nodes, NodeTurn turn, PassExchange exchange, EventLoop loop) {
    this.nodes = nodes;
    this.turn = turn;
    this.exchange = exchange;
    this.loop = loop;
  }

  /** Looks for a node; has the exchange go on when there is one, or none. */
  void look() {
    var _ =
        turn.look()
            .whenComplete(
                (lease, failure) -> {
                  if (loop.inEventLoop()) {
                    found(lease, failure);
                  } else {
                    onLoop(lease, failure);
                  }
                });
  }

  /** A slot came free by the end of another request, on its event loop. */
  private void onLoop(@Nullable Lease lease, @Nullable Throwable failure) {
    try {
      loop.execute(() -> found(lease, failure));
    } catch (RejectedExecutionException closing) {
      if (lease != null) {
        lease.ignored();
      }
    }
  }

  private void found(@Nullable Lease lease, @Nullable Throwable failure) {
    if (lease == null) {
      exchange.refuse(NodeTurn.refusal(failure));
      return;
    }
    String node = lease.node().id();
    PassOrigin to = PassOrigin.of(lease.node().uri());
    NodeGuards guards = nodes.guards();
    if (over) {
      lease.ignored();
    } else if (to == null || !guards.isPlain(node)) {
      lease.ignored();
      over = true;
      exchange.giveBack();
    } else {
      turn.taken(lease);
      leasedNanos = System.nanoTime();
      if (guards.isHeld(node)) {
        lost(NodeFailedException.unsent("asked to be left alone"));
      } else {
        NodeWatch begun = new NodeWatch(node, this, loop);
        watch = begun;
        nodes.watchman().begin(begun);
        exchange.goTo(to);
      }
    }
  }

  /** Before any byte of an answer: another node is asked where one may be. */
  void lost(Throwable why) {
    unwatch();
    if (turn.lost(why)) {
      look();
    } else if (why instanceof NodeFailedException) {
      exchange.refuse(NodeTurn.refusal(why));
    } else {
      exchange.fail();
    }
  }

  /** Takes what a node says beside its answer; whether another is asked instead. */
  boolean refused(HttpResponse answer) {
    int status = answer.status().code();
    HttpHeaders fields = answer.headers();
    String load = fields.get("endpoint-load-metrics");
    if (load != null) {
      turn.told(load);
    }
    nodes.guards().answered(node(), status, fields.get(HttpHeaderNames.RETRY_AFTER));
    boolean another = turn.refused(status);
    if (another) {
      unwatch();
    }
    return another;
  }

  /** Body bytes passed. */
  void passed(boolean first, int status) {
    NodeWatch watching = watch;
    if (watching != null) {
      watching.beat();
    }
    if (first && status < CLIENT_ERROR) {
      turn.firstByte();
    }
  }

  /** The node has gone down while it had the request. */
  void down(NodeWatch told) {
    if (!over && told == watch) {
      exchange.nodeDown(new IOException("node turned DOWN before its answer"));
    }
  }

  HttpHeaders fields(HttpRequest request, PassOrigin origin, PassFields.Asker asker) {
    return PassFields.node(
        request, origin, asker, turn.apiKey().orElse(null), turn.forwardsCredentials());
  }

  /** Changes with every node that gets the request. */
  @Nullable NodeWatch attempt() {
    return watch;
  }

  /** The id of the node that has the request now, or had it last; {@code -} before. */
  String node() {
    return turn.node().map(Node::id).orElse("-");
  }

  int attempts() {
    return turn.attempts();
  }

  /** When the latest node was leased, on {@code System.nanoTime}. */
  long leasedNanos() {
    return leasedNanos;
  }

  private void unwatch() {
    NodeWatch watching = watch;
    watch = null;
    if (watching != null) {
      nodes.watchman().end(watching);
    }
  }

  /** The exchange is over. */
  void end(int status, String outcome) {
    over = true;
    turn.leave();
    unwatch();
    Trail.End how = outcome.equals("cancelled") ? Trail.End.CANCELLED : Trail.End.DONE;
    turn.end(status, how, outcome.equals("broken") ? "broke off amid its answer" : null);
  }
}
