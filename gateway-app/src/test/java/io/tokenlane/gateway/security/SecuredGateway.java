package io.tokenlane.gateway.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.GatewayApplication;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A gateway that lets in by key, token or certificate, over TLS, before one node and one app. It
 * runs until the JVM ends: closing it would close the event loops that all gateways share.
 */
final class SecuredGateway {
  private static @Nullable SecuredGateway one;

  static final String AUDIENCE = "tokenlane";
  static final String ISSUER = "https://issuer.example";

  final FakeUpstream node = new FakeUpstream();
  final FakeUpstream app = new FakeUpstream();
  final FakeUpstream issuer = new FakeUpstream();

  /** Gets the traces. */
  final FakeUpstream collector = new FakeUpstream();

  final Path keyFile;
  final Path auditLog;

  private final Path certificateFile;
  private final Path privateKeyFile;

  private final Path trustFile;

  /** Whose certificates are trusted. */
  final X509Bundle authority;

  private final HttpClient anonymous;
  private final ECKey signing;
  private final ConfigurableApplicationContext context;

  /** The one that all tests share. */
  static synchronized SecuredGateway one() {
    SecuredGateway running = one;
    if (running == null) {
      try {
        running = new SecuredGateway(Files.createTempDirectory("secured"));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      one = running;
    }
    return running;
  }

  private SecuredGateway(Path folder) throws Exception {
    authority =
        new CertificateBuilder()
            .subject("CN=test authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    anonymous = client(null);
    auditLog = Files.createTempDirectory("audited").resolve("audit.log");
    // A folder of their own, the authority's too: a watched folder that is written to all the
    // time, as by the access log, never comes to the quiet in which changes are read.
    Path certificates = Files.createDirectory(folder.resolve("tls"));
    certificateFile = certificates.resolve("tls.crt");
    privateKeyFile = certificates.resolve("tls.key");
    ownCertificate("localhost");
    trustFile = certificates.resolve("ca.crt");
    trust(authority.getCertificatePEM());
    keyFile = folder.resolve("keys.yaml");
    KeyFile.write(keyFile, List.of());
    signing = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
    issuer.answers(FakeUpstream.ok(new JWKSet(signing.toPublicJWK()).toString()));
    context =
        new SpringApplicationBuilder(GatewayApplication.class)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--management.server.ssl.enabled=false",
                "--tokenlane.log.access=" + folder.resolve("access.log"),
                "--tokenlane.log.audit=" + auditLog,
                "--tokenlane.telemetry.endpoint=" + collector.uri(),
                "--server.ssl.bundle=own",
                "--server.ssl.client-auth=want",
                "--spring.ssl.bundle.pem.own.keystore.certificate=file:" + certificateFile,
                "--spring.ssl.bundle.pem.own.keystore.private-key=file:" + privateKeyFile,
                "--spring.ssl.bundle.pem.own.truststore.certificate=file:" + trustFile,
                "--spring.ssl.bundle.pem.own.reload-on-update=true",
                "--spring.ssl.bundle.watch.file.quiet-period=200ms",
                "--tokenlane.nodes[0].uri=" + node.uri(),
                "--tokenlane.nodes[0].api_key=upstream-secret",
                "--tokenlane.security.api_keys.file=" + keyFile,
                "--tokenlane.security.api_keys.reload=1h",
                "--tokenlane.security.jwt.issuer_uri=" + ISSUER,
                "--tokenlane.security.jwt.jwk_set_uri=" + issuer.uri() + "/jwks",
                "--tokenlane.security.jwt.audiences=" + AUDIENCE,
                "--tokenlane.security.jwt.tenant_claim=org",
                "--tokenlane.security.mtls.tenant_from=subject-cn",
                "--tokenlane.security.public_paths=/api/open/**",
                "--tokenlane.limits.rules[0].name=two-requests",
                "--tokenlane.limits.rules[0].tenants=two-requests",
                "--tokenlane.limits.rules[0].requests_per_minute=2",
                "--tokenlane.limits.rules[1].name=thousand-tokens",
                "--tokenlane.limits.rules[1].tenants=thousand-tokens",
                "--tokenlane.limits.rules[1].tokens_per_minute=1000",
                "--tokenlane.limits.rules[2].name=one-coin",
                "--tokenlane.limits.rules[2].tenants=one-*",
                "--tokenlane.limits.rules[2].models=*",
                "--tokenlane.limits.rules[2].per=tenant",
                "--tokenlane.limits.rules[2].cost_per_month=1",
                "--tokenlane.limits.rules[3].name=one-at-once",
                "--tokenlane.limits.rules[3].tenants=one-at-once",
                "--tokenlane.limits.rules[3].concurrent=1",
                "--tokenlane.limits.prices[0].models=m",
                "--tokenlane.limits.prices[0].input_per_million=1",
                "--tokenlane.limits.prices[0].output_per_million=1",
                "--spring.cloud.gateway.server.webflux.routes[0].id=api",
                "--spring.cloud.gateway.server.webflux.routes[0].uri=" + app.uri(),
                "--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/api/**");
  }

  /** Gives the gateway another certificate of its own, for the same host. */
  void ownCertificate(String commonName) throws Exception {
    X509Bundle own =
        new CertificateBuilder()
            .subject("CN=" + commonName)
            .addSanDnsName("localhost")
            .buildIssuedBy(authority);
    Files.writeString(privateKeyFile, own.getPrivateKeyPEM());
    Files.writeString(certificateFile, own.getCertificatePathPEM());
  }

  /** Gives the gateway another authority to trust. */
  void trust(String certificates) throws IOException {
    Files.writeString(trustFile, certificates);
  }

  /** A key that is in the file and known to the gateway. */
  String key(String tenant) throws IOException {
    return key(tenant, Set.of());
  }

  /** The same, with roles. */
  String key(String tenant, Set<String> roles) throws IOException {
    ApiKey.Minted minted = ApiKey.mint(tenant, roles, null);
    List<ApiKey> keys = new ArrayList<>(KeyFile.read(keyFile));
    keys.add(minted.entry());
    KeyFile.write(keyFile, keys);
    reload();
    return minted.key();
  }

  void reload() {
    context.getBean(SecurityConfig.Ways.class).all().stream()
        .filter(ApiKeys.class::isInstance)
        .forEach(keys -> ((ApiKeys) keys).reload());
  }

  /** A token with these claims, signed by the issuer. */
  String token(JWTClaimsSet claims) throws JOSEException {
    return sign(claims, signing);
  }

  static String sign(JWTClaimsSet claims, ECKey key) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  /** A client certificate of the trusted authority. */
  X509Bundle certificate(String name) throws Exception {
    return issue(new CertificateBuilder().subject("CN=" + name + ",O=apps"));
  }

  /** A certificate of the trusted authority. */
  X509Bundle issue(CertificateBuilder certificate) throws Exception {
    return certificate.buildIssuedBy(authority);
  }

  HttpResponse<String> send(HttpRequest.Builder request, @Nullable X509Bundle certificate) {
    try {
      return certificate == null
          ? anonymous.send(request.build(), BodyHandlers.ofString())
          : sendAs(certificate, request);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> sendAs(X509Bundle certificate, HttpRequest.Builder request)
      throws GeneralSecurityException, IOException, InterruptedException {
    try (HttpClient client = client(certificate)) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  /** A client with connections of its own. */
  HttpClient client(@Nullable X509Bundle certificate) throws GeneralSecurityException, IOException {
    return HttpClient.newBuilder().sslContext(tls(certificate)).build();
  }

  private SSLContext tls(@Nullable X509Bundle certificate)
      throws GeneralSecurityException, IOException {
    SSLContext tls = SSLContext.getInstance("TLS");
    KeyManagerFactory own = certificate == null ? null : certificate.toKeyManagerFactory();
    tls.init(
        own == null ? null : own.getKeyManagers(),
        authority.toTrustManagerFactory().getTrustManagers(),
        null);
    return tls;
  }

  String accessLog() {
    try {
      Path log = keyFile.resolveSibling("access.log");
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  HttpRequest.Builder request(String path, String... headers) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers), null);
  }

  /** GET at the management port, which has no TLS. */
  HttpResponse<String> manage(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.management.port");
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)), null);
  }

  HttpResponse<String> chat(String body, String... headers) {
    return post("/v1/chat/completions", body, headers);
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    return send(request(path, headers).POST(BodyPublishers.ofString(body)), null);
  }

  /** Sends a chat, reads so many bytes of its answer, and goes. */
  void leave(String body, int bytes, String... headers) throws IOException {
    try (InputStream answer =
        anonymous
            .sendAsync(
                request("/v1/chat/completions", headers)
                    .POST(BodyPublishers.ofString(body))
                    .version(HttpClient.Version.HTTP_1_1)
                    .build(),
                BodyHandlers.ofInputStream())
            .join()
            .body()) {
      answer.readNBytes(bytes);
    }
  }
}
