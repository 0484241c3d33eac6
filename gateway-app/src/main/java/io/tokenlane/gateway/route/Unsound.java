package io.tokenlane.gateway.route;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why what came is no request that may be answered.
 *
 * @param code a short reason, for programs and counters
 * @param message for the client; repeats nothing of what it sent
 * @param inBody whether the request itself was sound and has been handed on
 */
record Unsound(HttpResponseStatus status, String code, String message, boolean inBody) {
  static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

  /** What comes after something that was refused. */
  static final Unsound AFTERWARDS = request(HttpResponseStatus.BAD_REQUEST, "", "");

  /** RFC 9110 §9.3.8: an answer to TRACE would show fields, credentials too. */
  static final Unsound METHOD =
      request(
          HttpResponseStatus.METHOD_NOT_ALLOWED,
          "method_not_allowed",
          "The method is not taken here (expected: one of " + METHODS + ").");

  private static final Unsound LENGTH =
      request(
          HttpResponseStatus.BAD_REQUEST,
          "invalid_length",
          "Content-Length: malformed or said twice (expected: one number, and no"
              + " Transfer-Encoding).");
  private static final Unsound CODING =
      request(
          HttpResponseStatus.NOT_IMPLEMENTED,
          "unsupported_transfer_encoding",
          "Transfer-Encoding: not supported (expected: chunked, once and alone).");
  private static final Unsound MALFORMED =
      request(
          HttpResponseStatus.BAD_REQUEST,
          "malformed_request",
          "The request is malformed (expected: a request line and fields as in RFC 9112, each line"
              + " ended by CR LF).");
  private static final Unsound VERSION =
      request(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
          "unsupported_version",
          "The version of HTTP is not spoken here (expected: HTTP/1.1 or HTTP/1.0).");
  private static final Unsound HOST =
      request(
          HttpResponseStatus.BAD_REQUEST,
          "invalid_host",
          "Host: missing, malformed or said twice (expected: one host, with or without a port).");
  private static final Unsound BODY =
      new Unsound(
          HttpResponseStatus.BAD_REQUEST,
          "malformed_body",
          "The body's chunks are malformed (expected: RFC 9112 §7.1).",
          true);

  private static final int LONGEST_HOST = 262;

  private static final List<String> SCHEMES = List.of("http://", "https://");

  private static Unsound request(HttpResponseStatus status, String code, String message) {
    return new Unsound(status, code, message, false);
  }

  /**
   * How long a request may be.
   *
   * @param line bytes of the request line
   * @param fields bytes of all fields together
   */
  record Sizes(long line, long fields) {}

  /** Null where nothing is wrong. */
  static @Nullable Unsound of(HttpRequest request, Sizes most) {
    if (request.decoderResult().isFailure()) {
      return of(request.decoderResult().cause(), most);
    }
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return VERSION;
    }
    if (request.method().equals(HttpMethod.TRACE) || request.method().equals(HttpMethod.CONNECT)) {
      return METHOD;
    }
    HttpHeaders fields = request.headers();
    String named = authority(request.uri());
    boolean namesNone = named != null && (named.isEmpty() || !isHost(named));
    if (namesNone || !hostIsSound(fields, version)) {
      return HOST;
    }
    return codingIsSound(fields) ? null : CODING;
  }

  /**
   * The host that a target in absolute form names, which stands in for the field's (RFC 9112
   * §3.2.2); null where it is in another form.
   */
  static @Nullable String authority(String target) {
    if (target.startsWith("/")) {
      return null;
    }
    String scheme = SCHEMES.stream().filter(s -> begins(target, s)).findAny().orElse(null);
    if (scheme == null) {
      return null;
    }
    int begin = scheme.length();
    int end = begin;
    while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    return target.substring(begin, end);
  }

  private static boolean begins(String target, String scheme) {
    return target.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  /** Null where nothing is wrong. */
  static @Nullable Unsound of(HttpContent part) {
    return part.decoderResult().isFailure() ? BODY : null;
  }

  private static Unsound of(@Nullable Throwable failure, Sizes most) {
    String why = failure == null ? "" : String.valueOf(failure.getMessage());
    return switch (failure) {
      case TooLongHttpLineException line -> line(most);
      case TooLongHttpHeaderException fields -> fields(most);
      case null, default ->
          why.contains("Content-Length")
              ? LENGTH
              : why.contains("Transfer-Encoding") ? CODING : MALFORMED;
    };
  }

  private static Unsound line(Sizes most) {
    return request(
        HttpResponseStatus.REQUEST_URI_TOO_LONG,
        "uri_too_long",
        "The request line is too long (expected: at most " + most.line() + " bytes).");
  }

  private static Unsound fields(Sizes most) {
    return request(
        HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "fields_too_large",
        "The request's fields are too large (expected: at most "
            + most.fields()
            + " bytes together).");
  }

  /** RFC 9112 §3.2: exactly one, of a host's characters; older clients may leave it out. */
  private static boolean hostIsSound(HttpHeaders fields, HttpVersion version) {
    Iterator<? extends CharSequence> hosts = fields.valueCharSequenceIterator(HttpHeaderNames.HOST);
    if (!hosts.hasNext()) {
      return version.equals(HttpVersion.HTTP_1_0);
    }
    CharSequence host = hosts.next();
    return !hosts.hasNext() && isHost(host);
  }

  private static boolean isHost(CharSequence host) {
    if (host.length() > LONGEST_HOST) {
      return false;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
      if (!plain && "-._~:[]%!$&'()*+,;=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean codingIsSound(HttpHeaders fields) {
    Iterator<? extends CharSequence> codings =
        fields.valueCharSequenceIterator(HttpHeaderNames.TRANSFER_ENCODING);
    return !codings.hasNext()
        || ("chunked".equalsIgnoreCase(codings.next().toString()) && !codings.hasNext());
  }
}
