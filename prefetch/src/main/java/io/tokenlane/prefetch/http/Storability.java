package io.tokenlane.prefetch.http;

import java.util.Set;

/** Whether a shared cache may store a response (RFC 9111 §3), and if not, why. */
public enum Storability {
  /** May be stored. */
  STORABLE("storable"),
  /**
   * Not final, an answer to a condition or a range, of which a key says nothing, or with {@code
   * must-understand} one this cache does not know (§5.2.2.3).
   */
  STATUS("status"),
  /** {@code no-store} in the request (§5.2.1.5). */
  REQUEST_NO_STORE("request-no-store"),
  /** {@code no-store} in the response (§5.2.2.5). */
  NO_STORE("no-store"),
  /** {@code private} (§5.2.2.7). */
  PRIVATE("private"),
  /** An authenticated request whose response does not allow sharing (§3.5). */
  AUTHORIZATION("authorization"),
  /** {@code Vary: *} (§4.1): no later request would match. */
  VARY_STAR("vary-star"),
  /** {@code Set-Cookie}: meant for one client (§7.3 warns). */
  SET_COOKIE("set-cookie"),
  /** What could be stored but is a part of a representation; parts are not combined (§3.3). */
  PARTIAL("partial");

  /** Statuses whose caching rules this cache implements. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 451, 501);

  private static final int FIRST_FINAL = 200;
  private static final int PARTIAL_CONTENT = 206;

  /** 304, 412 and 416: what becomes of a request's conditions and range. */
  private static final Set<Integer> OF_ONE_REQUEST = Set.of(304, 412, 416);

  private final String label;

  Storability(String label) {
    this.label = label;
  }

  /** The reason as a short word for {@code Cache-Status; detail}. */
  public String label() {
    return label;
  }

  /** True for {@link #STORABLE}. */
  public boolean storable() {
    return this == STORABLE;
  }

  /**
   * Judges a response to a GET. Whether it is worth keeping, by its lifetime or a validator, is
   * another question: {@link Freshness}.
   *
   * @param cookies whether responses that set a cookie may be stored, cookie included
   */
  public static Storability of(
      HttpFields request, int status, HttpFields response, boolean cookies) {
    if (CacheControl.of(request).has("no-store")) {
      return REQUEST_NO_STORE;
    }
    ResponseControl said = ResponseControl.of(response);
    CacheControl control = said.control();
    boolean mustUnderstand = control.has("must-understand");
    if (status < FIRST_FINAL
        || OF_ONE_REQUEST.contains(status)
        || (mustUnderstand && !UNDERSTOOD.contains(status))) {
      return STATUS;
    }
    // §5.2.2.3: a cache that understands the status ignores no-store beside must-understand.
    if (control.has("no-store") && !mustUnderstand) {
      return NO_STORE;
    }
    if (said.isPrivate()) {
      return PRIVATE;
    }
    if (request.has("Authorization") && !sharingAllowed(control)) {
      return AUTHORIZATION;
    }
    if (response.has("Set-Cookie") && !cookies) {
      return SET_COOKIE;
    }
    if (Vary.names(response).contains("*")) {
      return VARY_STAR;
    }
    return status == PARTIAL_CONTENT ? PARTIAL : STORABLE;
  }

  private static boolean sharingAllowed(CacheControl control) {
    return control.has("public") || control.has("must-revalidate") || control.has("s-maxage");
  }
}
