package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The files of docs/contracts, from which the gateway's tests feed, against the real node. */
@ExtendWith(RunningNode.class)
class ContractTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String FRANCE = Golden.ask("What is the capital of France?");

  private final NodeClient node;

  ContractTest(NodeClient node) {
    this.node = node;
  }

  @Test
  void chatCompletion() throws IOException {
    String body = body("\"temperature\": 0");
    assertThat(normal(node.send("POST", CHAT, body).body()))
        .isEqualTo(normal(compact("chat-completion.json")));
  }

  @Test
  void chatStream() throws IOException {
    String body =
        body("\"temperature\": 0, \"stream\": true, \"stream_options\": {\"include_usage\": true}");
    assertThat(normal(node.send("POST", CHAT, body).body()))
        .isEqualTo(normal(file("chat-stream.sse")));
  }

  @Test
  void error() throws IOException {
    assertThat(node.send("POST", CHAT, body("\"temperature\": 3")).body())
        .isEqualTo(compact("error.json"));
  }

  @ParameterizedTest
  @CsvSource({"/v1/models, models.json", "/load, load.json"})
  void sameFields(String path, String file) throws IOException {
    assertThat(fields(node.get(path))).isEqualTo(fields(NodeClient.parse(file(file))));
  }

  @Test
  void everyResponseCarriesTheLoad() {
    String header =
        node.send("GET", "/v1/models", "").headers().firstValue(LoadReport.HEADER).orElseThrow();
    assertThat(header).startsWith("JSON {");
    assertThat(fields(NodeClient.parse(header.substring(5)))).isEqualTo(fields(node.get("/load")));
  }

  private static String body(String options) {
    return "{\"model\": \"tokenlane-demo\", %s, \"messages\": %s}".formatted(options, FRANCE);
  }

  /** With the parts that differ from run to run made equal. */
  private static String normal(String text) {
    return text.replaceAll("chatcmpl-[0-9a-f]{32}", "ID")
        .replaceAll("\"created\":\\d{10}", "\"created\":0")
        .replaceAll("\"cached_tokens\":\\d+", "\"cached_tokens\":0");
  }

  /** Names and types, without the values, nor what is told only where it was used. */
  private static String fields(JsonNode json) {
    return json.toString()
        .replaceAll("(?<=:)[0-9.E-]+", "0")
        .replaceAll(",\"(mean|early|drafts|reasoning)_\\w+\":0", "");
  }

  private static String compact(String name) throws IOException {
    return NodeClient.parse(file(name)).toString();
  }

  private static String file(String name) throws IOException {
    Path root = Path.of(System.getProperty("tokenlane.root"));
    return Files.readString(root.resolve("docs/contracts").resolve(name));
  }
}
