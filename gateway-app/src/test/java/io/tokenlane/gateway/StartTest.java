package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process as an operator starts it. */
final class StartTest {

  private record Ended(int code, List<String> lines) {}

  private static Ended start(String... arguments) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        new ArrayList<>(
            List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayApplication.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), text.lines().toList());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aTakenPortIsOneLine() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      int port = taken.getLocalPort();

      Ended ended = start("--server.port=" + port, "--management.server.port=0");

      assertThat(ended.code()).isNotZero();
      assertThat(ended.lines())
          .containsOnlyOnce(
              "tokenlane gateway: Web server failed to start. Port "
                  + port
                  + " was already in use.")
          .noneMatch(line -> line.startsWith("\tat "));
    }
  }

  @Test
  void aJsonFileIsAConfigurationFile(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("mine.json"), "{\"prefetch\": {\"ttl\": 3}}");

    Ended ended = start("--spring.config.additional-location=" + file, "--server.port=0");

    assertThat(ended.lines())
        .containsExactly(
            "tokenlane gateway: prefetch.ttl: unknown property"
                + " (expected: one from docs/gateway-configuration.md)");
  }

  @Test
  void aBadPropertyIsOneLine() throws IOException, InterruptedException {
    Ended ended = start("--prefetch.ttl_seconds=-3", "--server.port=0");

    assertThat(ended.code()).isNotZero();
    assertThat(ended.lines())
        .containsExactly("tokenlane gateway: prefetch.ttl_seconds: -3 (expected: > 0)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ nonsense: [ | configuration file: not YAML, line 1 column 14: ",
        "{tokenlane: {nodes: [{id: a, uri: 'http://x:1'}, {id: a, uri: 'http://x:2'}]}}"
            + " | nodes: a twice (expected: once)",
        "{spring.cloud.gateway.server.webflux.routes:"
            + " [{id: a, uri: 'http://x', predicates: ['Pth=/a']}]}"
            + " | spring.cloud.gateway.server.webflux.routes: Unable to find RoutePredicateFactory",
      },
      quoteCharacter = '`')
  void aConfigurationThatCannotBeIsSaidInOneLine(
      String yaml, String complaint, @TempDir Path folder)
      throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("mine.yaml"), yaml);

    Ended ended =
        start(
            "--spring.config.additional-location=" + file,
            "--server.port=0",
            "--management.server.port=0");

    assertThat(ended.code()).isNotZero();
    assertThat(ended.lines()).singleElement().asString().contains(complaint);
  }
}
