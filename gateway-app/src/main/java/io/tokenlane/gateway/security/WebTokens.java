package io.tokenlane.gateway.security;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.error.ApiException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierReactiveJwtDecoder;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Signed JSON web tokens (RFC 7519), checked by Spring Security's resource server decoder. */
final class WebTokens implements Authenticator {
  private static final long KEYS_FOR_NANOS = Duration.ofMinutes(5).toNanos();

  private final JwtProperties properties;
  private final LongSupplier clock;
  private final WebClient issuer;
  private @Nullable ReactiveJwtDecoder made;
  private long madeNanos;
  private final String tenantClaim;
  private final String rolesClaim;

  WebTokens(JwtProperties properties, LongSupplier nanoTime) {
    this.properties = properties;
    this.clock = nanoTime;
    this.issuer = WebClient.builder().filter(new IssuerAnswers(nanoTime)).build();
    this.tenantClaim = properties.tenantClaim();
    this.rolesClaim = properties.rolesClaim();
  }

  /**
   * The issuer is asked for its keys when the first token comes, not at start; and anew from time
   * to time, since a decoder keeps the keys it knows for good, revoked ones too.
   */
  private synchronized ReactiveJwtDecoder decoder() {
    long now = clock.getAsLong();
    ReactiveJwtDecoder known = made;
    if (known == null || now - madeNanos > KEYS_FOR_NANOS) {
      known = new SupplierReactiveJwtDecoder(this::checked);
      made = known;
      madeNanos = now;
    }
    return known;
  }

  private ReactiveJwtDecoder checked() {
    NimbusReactiveJwtDecoder nimbus = nimbus();
    nimbus.setJwtValidator(validator(properties));
    return nimbus;
  }

  private NimbusReactiveJwtDecoder nimbus() {
    if (properties.jwkSetUri() == null) {
      return NimbusReactiveJwtDecoder.withIssuerLocation(String.valueOf(properties.issuerUri()))
          .webClient(issuer)
          .build();
    }
    return NimbusReactiveJwtDecoder.withJwkSetUri(properties.jwkSetUri().toString())
        .webClient(issuer)
        .jwsAlgorithms(
            accepted ->
                properties.algorithms().forEach(a -> accepted.add(JwtProperties.signature(a))))
        .build();
  }

  private static OAuth2TokenValidator<Jwt> validator(JwtProperties properties) {
    List<OAuth2TokenValidator<Jwt>> checks = new ArrayList<>();
    JwtTimestampValidator inForce = new JwtTimestampValidator(properties.clockSkew());
    // RFC 9068 §2.2: an access token ends some time.
    inForce.setAllowEmptyExpiryClaim(false);
    checks.add(inForce);
    if (properties.issuerUri() != null) {
      checks.add(new JwtIssuerValidator(properties.issuerUri().toString()));
    }
    if (!properties.audiences().isEmpty()) {
      checks.add(
          new JwtClaimValidator<Collection<String>>(
              "aud",
              aud -> aud != null && aud.stream().anyMatch(properties.audiences()::contains)));
    }
    return new DelegatingOAuth2TokenValidator<>(checks);
  }

  @Override
  public Mono<Principal> authenticate(ServerHttpRequest request) {
    return Mono.justOrEmpty(Credentials.bearer(request.getHeaders()).filter(Credentials::isJwt))
        .flatMap(token -> decoder().decode(token))
        .map(this::principal)
        .onErrorMap(failure -> !(failure instanceof ApiException), WebTokens::refusal);
  }

  /** A token that names neither another issuer nor another audience; nobody has signed it yet. */
  @Override
  public boolean owns(String credential) {
    if (!Credentials.isJwt(credential)) {
      return false;
    }
    try {
      JWTClaimsSet claims = JWTParser.parse(credential).getJWTClaimsSet();
      return claims != null && isOurs(claims);
    } catch (ParseException noToken) {
      return false;
    }
  }

  private boolean isOurs(JWTClaimsSet claims) {
    URI issuedBy = properties.issuerUri();
    return (issuedBy == null || issuedBy.toString().equals(claims.getIssuer()))
        && (properties.audiences().isEmpty()
            || claims.getAudience().stream().anyMatch(properties.audiences()::contains));
  }

  @Override
  public boolean mayGoOn() {
    return true;
  }

  private Principal principal(Jwt token) {
    String tenant = name(token, tenantClaim);
    String subject = token.getSubject();
    return new Principal(
        "jwt:" + (subject == null ? tenant : name(token, JwtClaimNames.SUB)), tenant, roles(token));
  }

  /** A claim that names somebody: a list or an object would name whatever it looks like as text. */
  private static String name(Jwt token, String claim) {
    Object value = token.getClaims().get(claim);
    if (value == null) {
      throw Credentials.refused("invalid_token", "The token has no claim " + claim + ".");
    }
    String name = value instanceof String || value instanceof Number ? value.toString() : "";
    if (!Credentials.isName(name)) {
      throw Credentials.refused(
          "invalid_token",
          "The token's claim " + claim + " is no name (expected: " + Credentials.NAME + ").");
    }
    return name;
  }

  private Set<String> roles(Jwt token) {
    return switch (token.getClaims().get(rolesClaim)) {
      case null -> Set.of();
      case Collection<?> list ->
          list.stream().map(String::valueOf).collect(Collectors.toUnmodifiableSet());
      case Object text ->
          Arrays.stream(text.toString().strip().split("\\s+"))
              .collect(Collectors.toUnmodifiableSet());
    };
  }

  private static ApiException refusal(Throwable failure) {
    return failure instanceof BadJwtException
        ? Credentials.refused(
            "invalid_token",
            "The token was refused (expected: signed by the issuer, in force, for this gateway).")
        : new ApiException(
            HttpStatus.SERVICE_UNAVAILABLE,
            "issuer_unreachable",
            "The token could not be checked: its issuer's keys cannot be read now.");
  }
}
