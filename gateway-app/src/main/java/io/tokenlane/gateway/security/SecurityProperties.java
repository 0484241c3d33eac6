package io.tokenlane.gateway.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * {@code tokenlane.security}. Each section that is there is one way to come in; with none of them
 * everybody may.
 *
 * @param forwardAuthorization whether upstreams see a credential that the gateway has taken;
 *     default false; API keys of the gateway are never forwarded
 * @param anonymous whether requests without a credential may come in; default true where no section
 *     is there, else false
 * @param publicPaths path patterns, such as {@code /status/**}, that need no credential
 * @param apiKeys null where API keys are not accepted
 * @param jwt null where tokens are not accepted
 * @param mtls null where client certificates are not accepted
 */
public record SecurityProperties(
    @DefaultValue("false") boolean forwardAuthorization,
    @Nullable Boolean anonymous,
    @DefaultValue List<String> publicPaths,
    @Nullable ApiKeyProperties apiKeys,
    @Nullable JwtProperties jwt,
    @Nullable CertificateProperties mtls) {

  /** Checks the patterns. */
  public SecurityProperties {
    publicPaths = List.copyOf(publicPaths);
    publicPaths.forEach(SecurityProperties::check);
  }

  private static void check(String pattern) {
    try {
      PathPatternParser.defaultInstance.parse(pattern);
    } catch (PatternParseException e) {
      throw new IllegalArgumentException(
          "public_paths: " + pattern + " (expected: a path pattern such as /status/**)", e);
    }
  }

  /** Whether requests without a credential may come in. */
  boolean open() {
    return anonymous == null ? apiKeys == null && jwt == null && mtls == null : anonymous;
  }
}
