package io.tokenlane.prefetch.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Which fields of a response are kept with it (RFC 9111 §3.1, §3.2). */
public final class StoredFields {
  /** Hop-by-hop fields, and those that speak of one connection only. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** What a 304 or a HEAD must not change (§3.2): it describes the body, which stays. */
  private static final Set<String> OF_THE_BODY =
      Set.of("content-length", "content-encoding", "content-range", "content-type");

  private StoredFields() {}

  /**
   * Without hop-by-hop fields, those that {@code Connection} names, and those that {@code no-cache}
   * (§5.2.2.4) or {@code private} (§5.2.2.7) is limited to.
   */
  public static HttpFields of(HttpFields response) {
    CacheControl control = ResponseControl.of(response).control();
    Set<String> dropped = new HashSet<>(HOP_BY_HOP);
    dropped.addAll(connectionOptions(response));
    dropped.addAll(control.fieldNames("no-cache"));
    dropped.addAll(control.fieldNames("private"));
    return without(response, dropped);
  }

  /** The fields that {@code Connection} names (RFC 9110 §7.6.1), in lower case. */
  public static List<String> connectionOptions(HttpFields message) {
    return ListSplitter.members(message.all("Connection")).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Without the fields of these lower-case names. */
  public static HttpFields without(HttpFields fields, Set<String> names) {
    return new HttpFields(
        fields.lines().stream()
            .filter(line -> !names.contains(line.name().toLowerCase(Locale.ROOT)))
            .toList());
  }

  /**
   * What is stored after a 304, or a HEAD that matched (§3.2, §4.3.4, §4.3.5): each field of the
   * new response replaces the stored one, but for those that describe the body.
   */
  public static HttpFields updated(HttpFields stored, HttpFields update) {
    HttpFields fresh = without(of(update), OF_THE_BODY);
    Set<String> replaced = new HashSet<>();
    fresh.lines().forEach(line -> replaced.add(line.name().toLowerCase(Locale.ROOT)));
    return new HttpFields(
        Stream.concat(without(stored, replaced).lines().stream(), fresh.lines().stream()).toList());
  }
}
