package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeState;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.GatewayApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Between gateway and nodes: certificates on both sides, by SSL bundles, without a mesh. */
class MutualTlsTest {
  private static final Map<String, TlsNode> NODES = new LinkedHashMap<>();

  private static ConfigurableApplicationContext gateway;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    X509Bundle authority = authority("authority");
    X509Bundle stranger = authority("another authority");
    Instant now = Instant.now();
    NODES.put("good", new TlsNode(certificate().buildIssuedBy(authority), authority));
    NODES.put("wrong-ca", new TlsNode(certificate().buildIssuedBy(stranger), authority));
    NODES.put(
        "expired",
        new TlsNode(
            certificate()
                .notBefore(now.minus(Duration.ofDays(2)))
                .notAfter(now.minus(Duration.ofDays(1)))
                .buildIssuedBy(authority),
            authority));
    NODES.put(
        "wrong-name",
        new TlsNode(
            new CertificateBuilder()
                .subject("CN=node")
                .addSanDnsName("elsewhere.example")
                .buildIssuedBy(authority),
            authority));
    NODES.put("wants-others", new TlsNode(certificate().buildIssuedBy(authority), stranger));
    gateway =
        new SpringApplicationBuilder(GatewayApplication.class)
            .run(settings(folder, authority).toArray(String[]::new));
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static CertificateBuilder certificate() {
    return new CertificateBuilder().subject("CN=node").addSanDnsName("localhost");
  }

  private static List<String> settings(Path folder, X509Bundle authority) throws Exception {
    X509Bundle own = new CertificateBuilder().subject("CN=gateway").buildIssuedBy(authority);
    Path certificate = Files.writeString(folder.resolve("own.crt"), own.getCertificatePathPEM());
    Path key = Files.writeString(folder.resolve("own.key"), own.getPrivateKeyPEM());
    Path trust = Files.writeString(folder.resolve("ca.crt"), authority.getCertificatePEM());
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--management.server.port=0",
                "--tokenlane.log.access=" + folder.resolve("access.log"),
                "--tokenlane.balance.health.interval=300ms",
                "--tokenlane.balance.health.timeout=10s",
                "--spring.cloud.gateway.server.webflux.httpclient.ssl.ssl-bundle=nodes",
                "--spring.ssl.bundle.pem.nodes.keystore.certificate=file:" + certificate,
                "--spring.ssl.bundle.pem.nodes.keystore.private-key=file:" + key,
                "--spring.ssl.bundle.pem.nodes.truststore.certificate=file:" + trust));
    int number = 0;
    for (Map.Entry<String, TlsNode> node : NODES.entrySet()) {
      String uri = node.getValue().uri();
      settings.add("--tokenlane.nodes[%d].id=%s".formatted(number, node.getKey()));
      settings.add("--tokenlane.nodes[%d].uri=%s".formatted(number, uri));
      String route = "--spring.cloud.gateway.server.webflux.routes[" + number++ + "]";
      settings.add(route + ".id=" + node.getKey());
      settings.add(route + ".uri=" + uri);
      settings.add(route + ".predicates[0]=Path=/" + node.getKey() + "/**");
    }
    return settings;
  }

  @AfterAll
  static void stop() {
    // The gateway itself would take down the event loops that all gateways of this JVM share.
    gateway.getBean(ScheduledExecutorService.class).shutdownNow();
    NODES.values().forEach(TlsNode::close);
  }

  private HttpResponse<String> get(String path) throws Exception {
    int port = Integer.parseInt(gateway.getEnvironment().getProperty("local.server.port", ""));
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> ask() throws Exception {
    int port = Integer.parseInt(gateway.getEnvironment().getRequiredProperty("local.server.port"));
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"m\",\"messages\":[]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static NodeState state(String id) {
    return gateway.getBean(NodePool.class).snapshot().stream()
        .filter(snapshot -> snapshot.node().id().equals(id))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Test
  void whereBothCertificatesAreGoodCallsGoThrough() throws Exception {
    // The others are nodes too, and may be asked until their health is known.
    Eventually.eventually(
        "good alone is up",
        () -> NODES.keySet().stream().allMatch(id -> state(id).serves() == id.equals("good")));

    HttpResponse<String> answer = ask();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-tokenlane-node")).hasValue("good");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong-ca", "expired", "wrong-name", "wants-others"})
  void otherwiseNoByteOfARequestIsSent(String id) throws Exception {
    Eventually.eventually(id + " is down", () -> state(id) == NodeState.DOWN);

    HttpResponse<String> answer = get("/" + id + "/secret");

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).doesNotContain("Exception", "\tat ");
    assertThat(NODES).extractingByKey(id).extracting(TlsNode::answers).isEqualTo(0);
  }

  @Test
  void allOfThemAreNodes() {
    assertThat(gateway.getBean(NodePool.class).nodes())
        .extracting(Node::id)
        .containsExactlyElementsOf(NODES.keySet());
  }
}
