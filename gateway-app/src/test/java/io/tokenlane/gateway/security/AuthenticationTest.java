package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody gets in who should not, and no credential goes further than the gateway. */
final class AuthenticationTest {
  private static final String QUESTION =
      "{\"model\":\"m\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final SecuredGateway gateway = SecuredGateway.one();

  @BeforeEach
  void forget() {
    gateway.node.forget();
    gateway.app.forget();
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(SecuredGateway.ISSUER)
        .audience(SecuredGateway.AUDIENCE)
        .subject("alice")
        .claim("org", "acme")
        .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))));
  }

  private void refused(HttpResponse<String> response, String code) {
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"tokenlane\"");
    assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    assertThat(gateway.node.calls()).isEmpty();
  }

  @Test
  void withoutACredentialNothingIsReached() {
    refused(gateway.chat(QUESTION), "missing_credentials");
    assertThat(gateway.get("/api/x").statusCode()).isEqualTo(401);
    assertThat(gateway.get("/nowhere").statusCode()).isEqualTo(401);
    assertThat(gateway.app.calls()).isEmpty();
  }

  @Test
  void publicPathsNeedNone() {
    assertThat(gateway.get("/api/open/x").statusCode()).isEqualTo(200);
  }

  @Test
  void noCredentialOfTheGatewayGoesOnByAPublicPath() throws Exception {
    String key = gateway.key("acme");
    String token = gateway.token(claims().build());

    for (List<String> field :
        List.of(
            List.of("Authorization", "Bearer " + key),
            List.of("Authorization", key),
            List.of("x-api-key", key),
            List.of("api-key", key),
            List.of("x-api-key", "tlk_of_another_file"),
            List.of("Authorization", "Bearer " + token))) {
      assertThat(gateway.get("/api/open/x", field.get(0), field.get(1)).statusCode())
          .isEqualTo(200);
    }

    assertThat(gateway.app.calls())
        .isNotEmpty()
        .allSatisfy(
            call -> {
              assertThat(call.header("authorization")).isNull();
              assertThat(call.header("x-api-key")).isNull();
              assertThat(call.header("api-key")).isNull();
            });
  }

  @Test
  void credentialsOfTheAppBehindAPublicPathReachIt() throws Exception {
    String foreign = gateway.token(claims().issuer("https://app.example").build());
    for (String credential : List.of("Basic dXNlcjpwYXNz", "Bearer app-1", "Bearer " + foreign)) {
      gateway.app.forget();
      gateway.get("/api/open/x", "Authorization", credential, "x-api-key", "app-2");

      assertThat(gateway.app.calls())
          .singleElement()
          .satisfies(call -> assertThat(call.header("authorization")).isEqualTo(credential))
          .satisfies(call -> assertThat(call.header("x-api-key")).isEqualTo("app-2"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/open/%2e%2e/x",
        "/api/open/%2E./x",
        "/api/open/a/%2e%2e/%2e%2e/x",
        "/api/open/..;a=b/x",
        "/api/open/..%2fx",
        "/api/open/..%5cx",
        "/api/open/%252e%252e/x"
      })
  void aPublicPathThatAnOriginMayReadAsAnotherIsNotPublic(String path) {
    assertThat(gateway.get(path).statusCode()).isEqualTo(401);
    assertThat(gateway.app.calls()).isEmpty();
  }

  @Test
  void aKeyOpensByEachOfItsFieldsAndStaysHere() throws IOException {
    String key = gateway.key("acme");

    for (List<String> field :
        List.of(
            List.of("Authorization", "Bearer " + key),
            List.of("authorization", "bearer  " + key),
            List.of("x-api-key", key),
            List.of("api-key", key))) {
      assertThat(gateway.get("/v1/models", field.get(0), field.get(1)).statusCode()).isEqualTo(200);
      assertThat(gateway.get("/api/x", field.get(0), field.get(1)).statusCode()).isEqualTo(200);
    }

    assertThat(gateway.app.calls()).allSatisfy(c -> assertThat(c.toString()).doesNotContain(key));
    assertThat(gateway.node.calls())
        .isNotEmpty()
        .allSatisfy(c -> assertThat(c.header("authorization")).isEqualTo("Bearer upstream-secret"))
        .allSatisfy(c -> assertThat(c.toString()).doesNotContain(key));
  }

  @Test
  void wrongRevokedAndForeignKeysAreRefusedAlike() throws IOException {
    String key = gateway.key("acme");
    gateway.key("other");
    KeyFile.write(
        gateway.keyFile, KeyFile.read(gateway.keyFile).stream().map(ApiKey::asRevoked).toList());
    gateway.reload();

    for (String wrong : List.of(key, key + "0", "sk-live-1", "tlk_", "ü")) {
      HttpResponse<String> response = gateway.chat(QUESTION, "x-api-key", wrong);
      refused(response, "invalid_api_key");
      assertThat(response.body()).doesNotContain(wrong.equals("tlk_") ? "tlk_ü" : wrong);
    }
  }

  @Test
  void aBrokenKeyFileChangesNothing() throws IOException {
    String key = gateway.key("acme");
    String good = Files.readString(gateway.keyFile);

    Files.writeString(gateway.keyFile, "keys: [{id: x}]");
    gateway.reload();
    assertThat(gateway.get("/v1/models", "api-key", key).statusCode()).isEqualTo(200);

    Files.delete(gateway.keyFile);
    gateway.reload();
    assertThat(gateway.get("/v1/models", "api-key", key).statusCode()).isEqualTo(200);
    Files.writeString(gateway.keyFile, good);
  }

  @Test
  void tenantsDoNotShareAnswersButTheirKeysDo() throws IOException {
    gateway.node.answers(FakeUpstream.ok(FakeUpstream.ANSWER));
    String one = gateway.key("acme");
    String two = gateway.key("acme");
    String foreign = gateway.key("rival");

    assertThat(cacheStatus(gateway.chat(QUESTION, "api-key", one))).contains("miss");
    assertThat(cacheStatus(gateway.chat(QUESTION, "api-key", two))).contains("; hit");
    assertThat(cacheStatus(gateway.chat(QUESTION, "api-key", foreign))).contains("miss");
  }

  private static String cacheStatus(HttpResponse<String> response) {
    return response.headers().firstValue("Cache-Status").orElse("");
  }

  @Test
  void aTokenOfTheIssuerOpens() throws JOSEException {
    String token = gateway.token(claims().build());

    assertThat(gateway.get("/api/x", "Authorization", "Bearer " + token).statusCode())
        .isEqualTo(200);
    assertThat(gateway.app.calls())
        .hasSize(1)
        .allSatisfy(call -> assertThat(call.header("authorization")).isNull());
  }

  @Test
  void tokensThatAreNotForThisGatewayAreRefused() throws JOSEException {
    Date past = Date.from(Instant.now().minus(Duration.ofHours(1)));
    var stranger = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
    String unsigned =
        "eyJhbGciOiJub25lIn0." + gateway.token(claims().build()).split("\\.")[1] + ".";

    for (String token :
        List.of(
            gateway.token(claims().expirationTime(past).build()),
            gateway.token(claims().audience("another").build()),
            gateway.token(claims().issuer("https://evil.example").build()),
            gateway.token(claims().claim("org", null).build()),
            gateway.token(claims().claim("org", List.of("acme", "rival")).build()),
            gateway.token(claims().claim("org", "acme\nrival").build()),
            gateway.token(claims().claim("org", "a".repeat(257)).build()),
            gateway.token(claims().expirationTime(null).build()),
            SecuredGateway.sign(claims().build(), stranger),
            unsigned,
            "a.b.c")) {
      refused(gateway.chat(QUESTION, "Authorization", "Bearer " + token), "invalid_token");
    }
  }

  @Test
  void aCertificateOfTheAuthorityOpens() throws Exception {
    HttpResponse<String> response =
        gateway.send(gateway.request("/v1/models"), gateway.certificate("orders"));

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void aNewCertificateOfTheGatewayIsTakenOverWithoutARestart() throws Exception {
    gateway.ownCertificate("renewed");

    // Each look by a new connection: old ones keep the certificate they began with.
    Eventually.eventually("the new certificate", () -> ownName().equals("CN=renewed"));
  }

  private String ownName() {
    try (HttpClient client = gateway.client(null)) {
      return client
          .send(gateway.request("/api/open/x").build(), BodyHandlers.discarding())
          .sslSession()
          .map(AuthenticationTest::peer)
          .orElse("");
    } catch (IOException | GeneralSecurityException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private static String peer(SSLSession session) {
    try {
      return session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  @Test
  void certificatesThatAreNotToBeTrustedOpenNothing() throws Exception {
    X509Bundle foreign = authority("CN=test authority");
    Instant now = Instant.now();
    CertificateBuilder orders = new CertificateBuilder().subject("CN=orders,O=apps");
    Duration day = Duration.ofDays(1);

    for (X509Bundle wrong :
        List.of(
            foreign,
            orders.copy().buildIssuedBy(foreign),
            gateway.issue(orders.copy().notBefore(now.minus(day)).notAfter(now.minusSeconds(1))),
            gateway.issue(
                orders.copy().notBefore(now.plus(day)).notAfter(now.plus(day.multipliedBy(2)))))) {
      refused(wrong);
    }
    assertThat(gateway.node.calls()).isEmpty();
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder().subject(name).setIsCertificateAuthority(true).buildSelfSigned();
  }

  /** In the handshake, or after it as if there were none. */
  private void refused(X509Bundle certificate) {
    assertThat(status(certificate)).isIn(0, 401);
  }

  /** Of a request by a connection of its own; 0 where the handshake is refused. */
  private int status(X509Bundle certificate) {
    try {
      return gateway.send(gateway.request("/v1/models"), certificate).statusCode();
    } catch (IllegalStateException handshakeRefused) {
      assertThat(handshakeRefused).hasCauseInstanceOf(IOException.class);
      return 0;
    }
  }

  @Test
  void anAuthorityThatIsReplacedWhileTheGatewayRunsOpensNothingAnyMore() throws Exception {
    X509Bundle second = authority("CN=second authority");
    X509Bundle old = gateway.certificate("orders");
    X509Bundle fresh = new CertificateBuilder().subject("CN=orders,O=apps").buildIssuedBy(second);
    assertThat(status(old)).isEqualTo(200);
    refused(fresh);
    try {
      gateway.trust(second.getCertificatePEM());
      Eventually.eventually("the second authority", () -> status(fresh) == 200);
      refused(old);
    } finally {
      gateway.trust(gateway.authority.getCertificatePEM());
    }
    Eventually.eventually("the first one again", () -> status(old) == 200);
    refused(fresh);
  }

  @Test
  void templatesAreKeptApartByTenant() throws IOException {
    String owner = "Bearer " + gateway.key("template-owner");
    String other = "Bearer " + gateway.key("template-other");
    HttpResponse<String> registered =
        gateway.post(
            "/tokenlane/templates",
            "{\"id\":\"own\",\"source\":\"Secret of {{ x }}\"}",
            "Authorization",
            owner);
    assertThat(registered.statusCode()).isEqualTo(201);
    String call = "{\"model\":\"m\",\"template\":\"own@1\"}";

    assertThat(gateway.get("/tokenlane/templates", "Authorization", owner).body())
        .contains("Secret of");
    assertThat(gateway.get("/tokenlane/templates", "Authorization", other).body())
        .doesNotContain("Secret of");
    assertThat(gateway.chat(call, "Authorization", other).body()).contains("unknown_template");
    HttpResponse<String> othersOwn =
        gateway.post(
            "/tokenlane/templates",
            "{\"id\":\"own\",\"source\":\"Another {{ x }}\"}",
            "Authorization",
            other);
    assertThat(othersOwn.statusCode()).isEqualTo(201);
  }
}
