package io.tokenlane.gateway.reload;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which properties a reload takes over. All others keep the value they had at the start: ports,
 * certificates, threads, connections and files that are open, and whatever Spring alone knows.
 */
final class LiveProperties {
  private static final List<String> LIVE =
      List.of(
          "tokenlane.nodes",
          "tokenlane.limits",
          "tokenlane.http",
          "tokenlane.cache",
          "tokenlane.compression",
          "tokenlane.balance",
          "tokenlane.resilience",
          "tokenlane.stream",
          "tokenlane.log.sample",
          "tokenlane.security.publicpaths",
          "tokenlane.security.anonymous",
          "tokenlane.security.forwardauthorization",
          "tokenlane.upstreams",
          "tokenlane.prefetch",
          "prefetch",
          "spring.cloud.gateway.server.webflux.routes",
          "spring.cloud.gateway.server.webflux.defaultfilters");

  private static final Pattern FIXED =
      Pattern.compile(
          "tokenlane\\.limits\\.redis"
              + "|tokenlane\\.cache\\.(enabled|maxsize|maxanswer|disk|redis|semantic"
              + "|routes\\.[^.]*\\.maxsize)"
              + "|tokenlane\\.compression\\.(threads|queue|cachechars|encoding|templates)"
              + "|tokenlane\\.balance\\.(maxwaiting|discoveryinterval|signalsinterval|health)"
              + "|(tokenlane\\.)?prefetch\\.prefixes");

  private LiveProperties() {}

  static boolean live(String name) {
    String uniform = name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    return LIVE.stream().anyMatch(prefix -> under(prefix, uniform)) && !fixed(uniform);
  }

  private static boolean under(String prefix, String name) {
    return name.startsWith(prefix)
        && (name.length() == prefix.length() || ".[".indexOf(name.charAt(prefix.length())) >= 0);
  }

  private static boolean fixed(String name) {
    var found = FIXED.matcher(name);
    return found.lookingAt()
        && (found.end() == name.length() || ".[".indexOf(name.charAt(found.end())) >= 0);
  }
}
