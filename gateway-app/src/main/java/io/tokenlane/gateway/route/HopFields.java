package io.tokenlane.gateway.route;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** Fields of a request that are for the connection it came on alone (RFC 9110 §7.6.1). */
public final class HopFields {
  /** What a request cannot do without, whoever lists it. */
  private static final Set<String> KEPT =
      Set.of("host", "content-length", "content-type", "transfer-encoding", "upgrade");

  /** What {@code Connection} says without naming a field, and what an upgrade is known by. */
  private static final Set<String> SAID = Set.of("close", "keep-alive", "upgrade");

  private HopFields() {}

  /**
   * Removes the fields that {@code Connection} names, and their names from it: what the gateway
   * puts into fields of these names later on is not the client's to remove.
   */
  public static void removeNamed(HttpHeaders came) {
    List<String> named = came.getConnection();
    if (SAID.containsAll(named)) {
      return;
    }
    came.remove(HttpHeaders.CONNECTION);
    for (String name : named) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (SAID.contains(lower)) {
        came.add(HttpHeaders.CONNECTION, name);
      } else if (!KEPT.contains(lower)) {
        came.remove(name);
      }
    }
  }
}
