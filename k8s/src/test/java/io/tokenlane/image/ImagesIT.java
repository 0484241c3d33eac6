package io.tokenlane.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The images that {@code ./mvnw -Pimage verify} has built, unpacked and booted together. */
class ImagesIT {
  private static final Path IMAGES = Path.of("target/image");

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private static OciTar image(ImageKind kind) throws IOException {
    return OciTar.read(IMAGES.resolve(kind.title() + ".tar"));
  }

  @Test
  void gatewayAndNodeServeFromTheirImagesAlone() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may change a process's root");
    int nodePort = freePort();
    int port = freePort();
    int actuator = freePort();
    try (Chroot node = boot(ImageKind.NODE_CPU, List.of("--server.port=" + nodePort));
        Chroot gateway =
            boot(
                ImageKind.GATEWAY,
                List.of(
                    "--server.port=" + port,
                    "--management.server.port=" + actuator,
                    "--tokenlane.nodes[0].id=node-0",
                    "--tokenlane.nodes[0].uri=http://127.0.0.1:" + nodePort))) {
      ready(node, nodePort);
      ready(gateway, actuator);
      assertThat(gateway.status()).contains("Uid:\t10001\t10001").contains("Gid:\t10001\t10001");

      HttpResponse<String> answer = ask(port);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("Paris");
      assertThat(answer.headers().firstValue("x-tokenlane-node")).hasValue("node-0");
    }
  }

  /** The image for GPUs on a machine without one: it says so, and serves. */
  @Test
  void theImageForGpusServesWithoutOne() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may change a process's root");
    int port = freePort();
    try (Chroot node = boot(ImageKind.NODE_CUDA, List.of("--server.port=" + port))) {
      ready(node, port);
      assertThat(node.output()).contains("not cuda: no libcuda.so.1");
    }
  }

  private Chroot boot(ImageKind kind, List<String> arguments) throws IOException {
    OciTar image = image(kind);
    Path root = Files.createDirectory(folder.resolve(kind.lowerCase()));
    image.unpack(root);
    return Chroot.start(root, image.config(), arguments);
  }

  private void ready(Chroot process, int port) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsMatching(IOException.class::isInstance)
        .failFast(() -> assertThat(process.alive()).as(process.output()).isTrue())
        .until(
            () ->
                client
                        .send(
                            HttpRequest.newBuilder(
                                    URI.create(
                                        "http://127.0.0.1:%d/actuator/health/readiness"
                                            .formatted(port)))
                                .build(),
                            HttpResponse.BodyHandlers.discarding())
                        .statusCode()
                    == 200);
  }

  private HttpResponse<String> ask(int port) throws IOException, InterruptedException {
    String body =
        """
        {"model": "tokenlane-demo", "temperature": 0,
         "messages": [{"role": "user", "content": "What is the capital of France?"}]}
        """;
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @EnumSource
  void itTellsWhatIsInIt(ImageKind kind) throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    image(kind)
        .files(
            (entry, content) -> {
              assertThat(entry.getMode() & 04000).as(entry.getName()).isZero();
              if (entry.isFile()) {
                files.put("/" + entry.getName(), content);
              }
            });

    assertThat(files.keySet()).filteredOn(name -> name.endsWith(".aot")).hasSize(1);
    JsonNode bill = JsonMapper.builder().build().readTree(files.get("/app/sbom.cdx.json"));
    assertThat(bill.path("bomFormat").asString()).isEqualTo("CycloneDX");
    assertThat(bill.path("components").values())
        .extracting(part -> part.path("name").asString())
        .contains("spring-boot", "Java runtime", "libc.so.6");
    // Every library that is no part of a jar or of the Java runtime, with what is in it.
    Map<String, String> libraries = new TreeMap<>();
    for (JsonNode part : bill.path("components")) {
      String place = part.at("/evidence/occurrences/0/location").asString("");
      if (files.containsKey(place)) {
        libraries.put(place, part.at("/hashes/0/content").asString());
      }
    }
    Map<String, String> there = new TreeMap<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (file.getKey().matches("(?!/opt/).+\\.so(\\..+)?")) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.getValue());
        there.put(file.getKey(), HexFormat.of().formatHex(digest));
      }
    }
    assertThat(libraries).isEqualTo(there).isNotEmpty();
  }

  @Test
  void theGatewayHasTheClientOfTheClusterBesideItsOwnJars() throws Exception {
    List<String> jars = new ArrayList<>();
    image(ImageKind.GATEWAY).files((entry, content) -> jars.add(entry.getName()));
    assertThat(jars)
        .anyMatch(name -> name.startsWith("app/kubernetes/kubernetes-client-7"))
        .noneMatch(name -> name.startsWith("app/lib/kubernetes-client"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
