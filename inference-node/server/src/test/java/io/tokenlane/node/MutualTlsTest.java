package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with {@code server.ssl} lets in whoever has a certificate of its authority. */
class MutualTlsTest {
  @TempDir Path folder;

  @Test
  void onlyCertificatesOfItsAuthorityComeIn() throws Exception {
    X509Bundle authority = authority();
    try (TestNode node = start(authority)) {
      URI models = URI.create(node.client().base().toString().replace("http:", "https:"));

      assertThat(status(models, authority, client().buildIssuedBy(authority))).isIn(200, 503);
      assertThatThrownBy(() -> status(models, authority, null)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> status(models, authority, client().buildIssuedBy(authority())))
          .isInstanceOf(IOException.class);
      X509Bundle expired =
          client()
              .notBefore(Instant.now().minusSeconds(200))
              .notAfter(Instant.now().minusSeconds(100))
              .buildIssuedBy(authority);
      assertThatThrownBy(() -> status(models, authority, expired)).isInstanceOf(IOException.class);
    }
  }

  private static X509Bundle authority() throws Exception {
    return new CertificateBuilder()
        .subject("CN=authority")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static CertificateBuilder client() {
    return new CertificateBuilder().subject("CN=gateway");
  }

  private TestNode start(X509Bundle authority) throws Exception {
    X509Bundle own =
        new CertificateBuilder()
            .subject("CN=node")
            .addSanDnsName("localhost")
            .buildIssuedBy(authority);
    Path certificate = Files.writeString(folder.resolve("own.crt"), own.getCertificatePathPEM());
    Path key = Files.writeString(folder.resolve("own.key"), own.getPrivateKeyPEM());
    Path trust = Files.writeString(folder.resolve("ca.crt"), authority.getCertificatePEM());
    return TestNode.start(
        NodeApplication.create(),
        "--tokenlane.node.threads=1",
        "--server.ssl.bundle=own",
        "--server.ssl.client-auth=need",
        "--spring.ssl.bundle.pem.own.keystore.certificate=file:" + certificate,
        "--spring.ssl.bundle.pem.own.keystore.private-key=file:" + key,
        "--spring.ssl.bundle.pem.own.truststore.certificate=file:" + trust);
  }

  private static int status(URI node, X509Bundle authority, @Nullable X509Bundle own)
      throws Exception {
    KeyManager[] keys = own == null ? null : own.toKeyManagerFactory().getKeyManagers();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, authority.toTrustManagerFactory().getTrustManagers(), null);
    try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
      HttpRequest request = HttpRequest.newBuilder(node.resolve("/v1/models")).build();
      return client.send(request, BodyHandlers.discarding()).statusCode();
    }
  }
}
