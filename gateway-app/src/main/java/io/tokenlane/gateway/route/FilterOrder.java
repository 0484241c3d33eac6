package io.tokenlane.gateway.route;

import org.springframework.core.Ordered;

/**
 * The way of a request, top to bottom; the answer passes the same filters bottom to top. The lines
 * between ours are Spring Cloud Gateway's own, at the orders it gives them.
 *
 * <p>The answer's bytes are written when control comes back to {@link #SPRING_WRITES_RESPONSE}: a
 * filter below that line sees the status and fields but not the body, and is over before the body
 * flows. So everything that counts or reports the true end sits in {@link #END}.
 */
public final class FilterOrder {
  /** Starts the trail; closes the lease, counts and logs when the last byte is out. */
  public static final int END = Ordered.HIGHEST_PRECEDENCE;

  /** Proves who asks; before any route is looked for. */
  public static final int AUTHENTICATION = Ordered.HIGHEST_PRECEDENCE + 100;

  /** Caps the body, parses a model call once. */
  public static final int ADMISSION = -500;

  /** Turns other interfaces' calls into chat completions, and their answers back. */
  public static final int TRANSLATE = -490;

  /** Takes what the request may cost of its quotas; corrected when it has ended. */
  public static final int LIMIT = -480;

  /** Says something in the pauses of a stream, to clients that ask for it. */
  public static final int HEARTBEAT = -450;

  /** Lists the models of all nodes. */
  public static final int CATALOG = -420;

  /** Learns whether the route's answers are ever stored; where not, the next ones pass beside. */
  public static final int PASS = -410;

  /** Serves a stored answer, or stores the one that passes. */
  public static final int CACHE = -400;

  /** Takes a route's permits; sheds load; asks another model where the first one failed. */
  public static final int RESILIENCE = -350;

  /** Rewrites the prompt off the event loop. */
  public static final int COMPRESS = -300;

  /** Brings errors of other servers into OpenAI's shape. */
  public static final int DIALECT = -260;

  /** Cuts streams at event borders; learns the usage. */
  public static final int STREAM = -250;

  /** Leases a node; leases another where the first fails before the first byte. */
  public static final int BALANCE = -200;

  /** Holds one attempt to its time limits and its node's permits. */
  public static final int ATTEMPT = -150;

  /** {@code NettyWriteResponseFilter}: subscribes to the upstream body. */
  public static final int SPRING_WRITES_RESPONSE = -1;

  /** Takes trailers off answers, before they are written. */
  public static final int TRAILERS = SPRING_WRITES_RESPONSE + 1;

  /** {@code RouteToRequestUrlFilter}: makes the upstream URL from the route. */
  public static final int SPRING_MAKES_URL = 10_000;

  /** Puts the leased node into the upstream URL; turns a node's 502, 503, 504 into a retry. */
  public static final int FORWARD = 10_100;

  /** Before Spring's own filter for WebSockets. */
  public static final int WEB_SOCKET = Ordered.LOWEST_PRECEDENCE - 2;

  /** {@code NettyRoutingFilter}: sends the request, receives status and fields. */
  public static final int SPRING_SENDS_REQUEST = Ordered.LOWEST_PRECEDENCE;

  private FilterOrder() {}
}
