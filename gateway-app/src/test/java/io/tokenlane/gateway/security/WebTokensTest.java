package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.error.ApiException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

/** An issuer that changes its keys, one of them because it was stolen. */
final class WebTokensTest {
  private final AtomicLong nanos = new AtomicLong();
  private final FakeUpstream issuer = new FakeUpstream();
  private final WebTokens tokens =
      new WebTokens(
          new JwtProperties(
              null,
              URI.create(issuer.uri() + "/jwks"),
              List.of("ES256"),
              List.of(),
              "sub",
              "roles",
              Duration.ZERO),
          nanos::get);

  @AfterEach
  void stop() {
    issuer.close();
  }

  private static ECKey key(String id) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private void publishes(ECKey key) {
    issuer.answers(FakeUpstream.ok(new JWKSet(key.toPublicJWK()).toString()));
  }

  private String enter(ECKey key) throws Exception {
    Date end = Date.from(Instant.now().plus(Duration.ofHours(1)));
    String token =
        SecuredGateway.sign(
            new JWTClaimsSet.Builder().subject("alice").expirationTime(end).build(), key);
    return tokens
        .authenticate(
            MockServerHttpRequest.get("/v1/models")
                .header("Authorization", "Bearer " + token)
                .build())
        .blockOptional()
        .orElseThrow()
        .id();
  }

  private void refused(ECKey key) {
    assertThatThrownBy(() -> enter(key))
        .isInstanceOfSatisfying(
            ApiException.class, said -> assertThat(said.code()).isEqualTo("invalid_token"));
  }

  @Test
  void aKeyThatTheIssuerHasWithdrawnOpensNothingAfterFiveMinutes() throws Exception {
    ECKey stolen = key("stolen");
    ECKey next = key("next");
    publishes(stolen);
    assertThat(enter(stolen)).isEqualTo("jwt:alice");
    publishes(next);

    nanos.addAndGet(Duration.ofSeconds(301).toNanos());
    assertThat(enter(next)).isEqualTo("jwt:alice");
    refused(stolen);
    nanos.addAndGet(Duration.ofSeconds(301).toNanos());
    refused(stolen);
    assertThat(enter(next)).isEqualTo("jwt:alice");
  }

  @Test
  void anImpostorsKeyOfTheSameNameOpensNothing() throws Exception {
    ECKey real = key("one");
    publishes(real);
    assertThat(enter(real)).isEqualTo("jwt:alice");
    refused(key("one"));
  }
}
