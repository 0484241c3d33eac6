package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import io.tokenlane.balance.Node;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/** The nodes that one request is sent to, one after the other. Not for several threads. */
public final class NodeTurn {
  private final NodeTurns turns;
  private final Attempting terms;
  private final HttpMethod method;
  private final Asker asker;
  private final Set<String> tried = new HashSet<>(2);
  private int spared;
  private @Nullable CompletableFuture<Lease> looking;
  private @Nullable Lease lease;

  /** What nodes are chosen by. */
  record Asker(String route, Function<String, @Nullable String> fields, String client) {}

  NodeTurn(NodeTurns turns, Attempting terms, String method, Asker asker) {
    this.turns = turns;
    this.terms = terms;
    this.method = HttpMethod.valueOf(method);
    this.asker = asker;
  }

  /**
   * Looks for a node, now or when one has a slot. Whoever gets the lease gives it to {@link #taken}
   * or closes it.
   */
  public CompletableFuture<Lease> look() {
    Set<String> excluded = tried.isEmpty() ? Set.of() : Set.copyOf(tried);
    CompletableFuture<Lease> found = turns.lease(asker, excluded);
    looking = found;
    return found;
  }

  /** Nobody waits any more. */
  public void leave() {
    CompletableFuture<Lease> waiting = looking;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  /** The node gets the request now. */
  public Node taken(Lease found) {
    looking = null;
    lease = found;
    tried.add(found.node().id());
    turns.meters().picked(found.node().id());
    return found.node();
  }

  private Lease open() {
    return Objects.requireNonNull(lease, "lease (expected: taken before)");
  }

  /** The node that has the request now, or had it last; empty before. */
  public Optional<Node> node() {
    return Optional.ofNullable(lease).map(Lease::node);
  }

  /** How many nodes had it, or would have had it. */
  public int attempts() {
    return tried.size();
  }

  private boolean mayBeSent() {
    return tried.size() - spared < terms.most();
  }

  /** The gateway's own credential for the node; empty where it needs none. */
  public Optional<String> apiKey() {
    return turns.apiKey(open().node().id());
  }

  /** Whether nodes see the client's own credentials. */
  public boolean forwardsCredentials() {
    return terms.forwardsCredentials();
  }

  /** What the node said of its load. */
  public void told(String load) {
    turns.told(open().node().id(), load);
  }

  /** The first byte of a good answer's body has come. */
  public void firstByte() {
    open().firstByte();
  }

  /**
   * The node failed before it answered: its lease is closed.
   *
   * @return whether another may be asked
   */
  public boolean lost(Throwable why) {
    NodeFailures.close(open(), why);
    boolean unsent = NodeFailures.unsent(why);
    spared += unsent ? 1 : 0;
    boolean another = unsent ? turns.anyBut(tried) : mayBeSent();
    if (another) {
      turns.meters().retried();
    }
    return another;
  }

  /**
   * Whether the answer is a refusal, after which another node is asked: then the lease is closed.
   */
  public boolean refused(int status) {
    boolean another =
        NodeFailures.refuses(status, NodeFailures.SAFE.contains(method))
            && mayBeSent()
            && turns.anyBut(tried)
            && terms.budget().retry();
    if (another) {
      NodeFailures.close(open(), new NodeFailedException(status));
      turns.meters().retried();
    }
    return another;
  }

  /**
   * The answer is over: closes the lease in use, where there is one.
   *
   * @param broken why it broke off after its first byte; null where it did not
   */
  public void end(int status, Trail.End how, @Nullable String broken) {
    Lease last = lease;
    if (last != null) {
      Trail.close(last, status, how, broken);
    }
  }

  /** What the client is told where there was no node, or none that may be asked now. */
  public static ApiException refusal(@Nullable Throwable failure) {
    return switch (failure) {
      case NoSlotException none -> Leasing.refusal(none);
      case NodeFailedException refused -> Leasing.allRefused();
      case null, default -> Leasing.noNode();
    };
  }
}
