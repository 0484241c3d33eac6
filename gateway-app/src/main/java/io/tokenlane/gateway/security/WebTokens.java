package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.error.ApiException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/** Signed JSON web tokens (RFC 7519), checked by Spring Security's resource server decoder. */
final class WebTokens implements Authenticator {
  private final ReactiveJwtDecoder decoder;
  private final String tenantClaim;
  private final String rolesClaim;

  WebTokens(JwtProperties properties) {
    this.decoder = decoder(properties);
    this.tenantClaim = properties.tenantClaim();
    this.rolesClaim = properties.rolesClaim();
  }

  /** The issuer is asked for its keys when the first token comes, not at start. */
  private static ReactiveJwtDecoder decoder(JwtProperties properties) {
    return new SupplierReactiveJwtDecoder(
        () -> {
          NimbusReactiveJwtDecoder nimbus = nimbus(properties);
          nimbus.setJwtValidator(validator(properties));
          return nimbus;
        });
  }

  private static NimbusReactiveJwtDecoder nimbus(JwtProperties properties) {
    if (properties.jwkSetUri() == null) {
      return NimbusReactiveJwtDecoder.withIssuerLocation(String.valueOf(properties.issuerUri()))
          .build();
    }
    return NimbusReactiveJwtDecoder.withJwkSetUri(properties.jwkSetUri().toString())
        .jwsAlgorithms(
            accepted ->
                properties.algorithms().forEach(a -> accepted.add(JwtProperties.signature(a))))
        .build();
  }

  private static OAuth2TokenValidator<Jwt> validator(JwtProperties properties) {
    List<OAuth2TokenValidator<Jwt>> checks = new ArrayList<>();
    checks.add(new JwtTimestampValidator(properties.clockSkew()));
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
        .flatMap(decoder::decode)
        .map(this::principal)
        .onErrorMap(failure -> !(failure instanceof ApiException), WebTokens::refusal);
  }

  private Principal principal(Jwt token) {
    String tenant = token.getClaimAsString(tenantClaim);
    if (tenant == null || tenant.isBlank()) {
      throw Credentials.refused("invalid_token", "The token has no claim " + tenantClaim + ".");
    }
    String subject = token.getSubject();
    return new Principal("jwt:" + (subject == null ? tenant : subject), tenant, roles(token));
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
