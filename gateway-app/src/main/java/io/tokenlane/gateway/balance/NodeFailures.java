package io.tokenlane.gateway.balance;

import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.tokenlane.balance.Lease;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.springframework.http.HttpMethod;
import reactor.netty.channel.AbortedException;

/** Which failures speak against the node, so that another one may be tried. */
final class NodeFailures {
  /** Methods of requests that change nothing. */
  static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final int BUSY = 429;
  private static final int ERROR = 500;
  private static final Set<Integer> NODE_STATUSES = Set.of(BUSY, 502, 503, 504);

  private NodeFailures() {}

  /**
   * Whether another node may be asked instead. An error of the node's own (500) may have done half
   * of the work, so that only requests that change nothing (RFC 9110 §9.2.1) are repeated.
   *
   * @param changesNothing whether the request is known to
   */
  static boolean refuses(int status, boolean changesNothing) {
    return NODE_STATUSES.contains(status) || (status == ERROR && changesNothing);
  }

  /** Closes the lease of a node that failed: a busy node is no bad node. */
  static void close(Lease lease, Throwable failure) {
    boolean busy = failure instanceof NodeFailedException refused && refused.status() == BUSY;
    if (busy || unsent(failure)) {
      lease.ignored();
    } else {
      lease.dropped(reason(failure));
    }
  }

  static boolean ofNode(Throwable failure) {
    return failure instanceof NodeFailedException
        || failure instanceof IOException
        || failure instanceof TimeoutException
        || failure instanceof AbortedException
        || failure instanceof CodecException;
  }

  /** A node that refuses the gateway's certificate says so when the request was written already. */
  private static boolean notTrusted(Throwable failure) {
    return failure instanceof DecoderException && failure.getCause() instanceof SSLException;
  }

  /**
   * Whether the connection was refused or broke off before an answer, or what came was none: the
   * node did not serve the request and will not serve it, so trying another adds no load to the
   * fleet.
   */
  static boolean connectionLost(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof AbortedException
        || failure instanceof CodecException
        || unsent(failure);
  }

  /** Whether the node was known to be busy or failing, and not asked. */
  static boolean unsent(Throwable failure) {
    return failure instanceof NodeFailedException refused && !refused.wasSent();
  }

  /** Whether a connection that was there broke off, or made no sense, before the answer. */
  static boolean brokeOff(Throwable failure) {
    return (failure instanceof IOException && !(failure instanceof ConnectException))
        || failure instanceof AbortedException
        || (failure instanceof CodecException && !notTrusted(failure));
  }

  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
