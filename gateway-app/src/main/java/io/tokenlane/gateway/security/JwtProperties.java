package io.tokenlane.gateway.security;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.security.jwt}: the gateway as a resource server (RFC 6750, RFC 7519).
 *
 * @param issuerUri the issuer; its keys are found by OpenID Connect discovery unless {@code
 *     jwkSetUri} names them
 * @param jwkSetUri where the issuer's keys are (RFC 7517)
 * @param algorithms accepted signatures where {@code jwkSetUri} is given, default RS256 and ES256
 * @param audiences one of them must be in {@code aud}; none: the claim is not looked at
 * @param tenantClaim whose value is the tenant, default {@code sub}
 * @param rolesClaim a text of roles between blanks, or a list of them; default {@code roles}
 * @param clockSkew how far clocks may differ, ≥ 0, default 60 s
 */
public record JwtProperties(
    @Nullable URI issuerUri,
    @Nullable URI jwkSetUri,
    @DefaultValue({"RS256", "ES256"}) List<String> algorithms,
    @DefaultValue List<String> audiences,
    @DefaultValue("sub") String tenantClaim,
    @DefaultValue("roles") String rolesClaim,
    @DefaultValue("60s") Duration clockSkew) {

  /** Checks that the keys can be found. */
  public JwtProperties {
    if (issuerUri == null && jwkSetUri == null) {
      throw new IllegalArgumentException(
          "issuer_uri: missing (expected: the issuer's URI, or jwk_set_uri)");
    }
    check("issuer_uri", issuerUri);
    check("jwk_set_uri", jwkSetUri);
    if (clockSkew.isNegative()) {
      throw new IllegalArgumentException("clock_skew: " + clockSkew + " (expected: >= 0)");
    }
    algorithms = List.copyOf(algorithms);
    audiences = List.copyOf(audiences);
    algorithms.forEach(JwtProperties::signature);
  }

  private static void check(String name, @Nullable URI uri) {
    if (uri != null
        && (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?"))) {
      throw new IllegalArgumentException(name + ": " + uri + " (expected: http(s)://host/path)");
    }
  }

  static org.springframework.security.oauth2.jose.jws.SignatureAlgorithm signature(String name) {
    var algorithm = org.springframework.security.oauth2.jose.jws.SignatureAlgorithm.from(name);
    if (algorithm == null) {
      throw new IllegalArgumentException(
          "algorithms: " + name + " (expected: RS256, ES256 or another of RFC 7518's signatures)");
    }
    return algorithm;
  }
}
