package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * What teams do with the clients they have, all the same with each: chat, stream, tools, JSON,
 * embeddings, errors, time-outs, hanging up, trying again. Before a gateway that wants keys and
 * counts requests, with a real node behind it.
 */
class ClientsIT {
  private static final String QUESTION = "What is the capital of France?";
  private static final String ANSWER = "The capital of France is Paris.";
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final List<String> TENANTS =
      List.of("team", "tight-openai", "tight-langchain", "tight-spring", "tight-npm", "tight-py");
  private static final Map<String, String> KEYS = new HashMap<>();

  @TempDir private static Path folder;

  private static int port;
  private static Launcher node;
  private static Launcher gateway;

  @BeforeAll
  static void start() throws Exception {
    port = Launcher.freePorts();
    int nodePort = port + 11;
    Path config = folder.resolve("gateway.yaml");
    Files.writeString(
        config,
        """
        tokenlane:
          nodes: [{id: real, uri: "http://127.0.0.1:%d"}]
          security: {api_keys: {file: "%s"}}
          compression: {rules: [whitespace, json-minify]}
          limits:
            rules:
              - {name: tight, tenants: [tight-*], requests_per_minute: 30}
        """
            .formatted(nodePort, keys()));
    for (String tenant : TENANTS) {
      KEYS.put(tenant, key(tenant));
    }
    node = Launcher.start("node", "--port", Integer.toString(nodePort));
    gateway =
        Launcher.start("gateway", "--port", Integer.toString(port), "--config", config.toString());
    await()
        .atMost(4, TimeUnit.MINUTES)
        .ignoreExceptions()
        .until(() -> health().at("/components/nodes/details/real/state").asString().equals("UP"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    node.close();
  }

  private static JsonNode health() throws IOException, InterruptedException {
    return Http.getJson("http://localhost:" + (port + 1) + "/actuator/health");
  }

  private static Path keys() {
    return folder.resolve("keys.yaml");
  }

  private static String key(String tenant) throws IOException, InterruptedException {
    Launcher launcher =
        Launcher.start("keys", "new", "--file", keys().toString(), "--tenant", tenant);
    assertThat(launcher.awaitExit()).as(launcher.output()).isZero();
    return launcher
        .output()
        .lines()
        .filter(line -> line.startsWith("tlk_"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(launcher.output()))
        .strip();
  }

  /** The library under test, the tenant whose requests are few, and whom its story is about. */
  record Client(ChatClient library, String tight, String hero) {
    @Override
    public String toString() {
      return library.getClass().getSimpleName();
    }
  }

  static Stream<Client> clients() {
    return Stream.of(
        new Client(new OpenAiJava(), "tight-openai", "Ada"),
        new Client(new LangChain4j(), "tight-langchain", "Ben"),
        new Client(new SpringAi(), "tight-spring", "Mia"));
  }

  private static String keyOf(String tenant) {
    return Objects.requireNonNull(KEYS.get(tenant));
  }

  private static String url() {
    return "http://localhost:" + port + "/v1";
  }

  private static ChatClient.Setup setup() {
    return new ChatClient.Setup(url(), keyOf("team"), "tokenlane-demo", LONG, 0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void chats(Client client) {
    assertThat(client.library().chat(setup(), QUESTION)).isEqualTo(ANSWER);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void streams(Client client) {
    String story = "Tell me a story about %s and a cat.".formatted(client.hero());
    List<String> parts = client.library().stream(setup(), story);
    assertThat(parts).hasSizeGreaterThan(10);
    assertThat(String.join("", parts)).contains(client.hero());
    assertThat(String.join("", client.library().stream(setup(), story)))
        .as("from the cache")
        .isEqualTo(String.join("", parts));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void callsTools(Client client) {
    assertThat(client.library().tool(setup(), "How is the weather in Rome?").replace(" ", ""))
        .matches("get_weather\\{\"city\":\"(Paris|Rome)\"}");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void holdsToASchema(Client client) {
    JsonNode person = Http.JSON.readTree(client.library().json(setup(), "Who is there?"));
    assertThat(person.properties()).hasSize(2);
    assertThat(person.path("name").stringValue()).hasSizeLessThanOrEqualTo(10);
    assertThat(person.path("age").intValue()).isBetween(0, 120);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void embeds(Client client) {
    float[] vector = client.library().embed(setup(), QUESTION);
    double length = 0;
    for (float value : vector) {
      length += (double) value * value;
    }
    assertThat(vector.length).isGreaterThan(16);
    assertThat(Math.sqrt(length)).isCloseTo(1, within(1e-3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void isToldWhatIsWrong(Client client) {
    ChatClient library = client.library();
    assertThat(statusOf(library, () -> library.chat(setup().withKey("tlk_wrong"), QUESTION)))
        .isEqualTo(401);
    assertThat(statusOf(library, () -> library.chat(setup().withModel("no-such"), QUESTION)))
        .isEqualTo(404);
    assertThat(statusOf(library, () -> library.wrong(setup()))).isEqualTo(400);
  }

  private static int statusOf(ChatClient library, ThrowingCallable use) {
    return library.status(catchThrowable(use));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void isHeldToItsLimitAndComesAgainWhenItMay(Client client) {
    ChatClient library = client.library();
    ChatClient.Setup tight = setup().withKey(keyOf(client.tight()));
    int status = 200;
    for (int i = 0; i < 100 && status == 200; i++) {
      Throwable failure = catchThrowable(() -> library.chat(tight, QUESTION));
      status = failure == null ? 200 : library.status(failure);
    }
    assertThat(status).isEqualTo(429);
    assertThat(library.chat(tight.retrying(6), QUESTION)).isEqualTo(ANSWER);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clients")
  void givesUpAndHangsUpWithoutATrace(Client client) {
    ChatClient library = client.library();
    assertThat(
            statusOf(
                library,
                () -> library.chat(setup().within(Duration.ofMillis(1)), "Add 17 and 25.")))
        .isZero();
    library.hangUp(setup(), "Tell me a story about Tom and a dog.");
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () ->
                health().at("/components/nodes/details/real/inFlight").asInt(-1) == 0
                    && running() == 0);
  }

  private static int running() throws IOException, InterruptedException {
    return Http.getJson("http://localhost:" + (port + 11) + "/load")
        .at("/named_metrics/num_requests_running")
        .asInt(-1);
  }

  @Test
  void theNpmClientDoesAllThat() throws Exception {
    Path target = Launcher.ROOT.resolve("acceptance/target/js-clients");
    script(
        "command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or newer'; exit 1; };"
            + " mkdir -p '%1$s' && cp acceptance/src/test/js/* '%1$s' && cd '%1$s'"
                .formatted(target)
            + " && npm ci --silent && node features.mjs",
        keyOf("tight-npm"));
  }

  @Test
  void thePythonClientDoesAllThatWhereItIsInstalled() throws Exception {
    Process asked =
        new ProcessBuilder("python3", "-c", "import openai").redirectErrorStream(true).start();
    asked.getInputStream().transferTo(OutputStream.nullOutputStream());
    assumeTrue(asked.waitFor() == 0, "Python's openai package is not installed");
    script("python3 acceptance/src/test/python/features.py", keyOf("tight-py"));
  }

  private static void script(String command, String tightKey) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(Launcher.ROOT.toFile())
            .redirectErrorStream(true);
    builder.environment().put("OPENAI_BASE_URL", url());
    builder.environment().put("OPENAI_API_KEY", keyOf("team"));
    builder.environment().put("TIGHT_KEY", tightKey);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    for (String feature :
        List.of("chat", "stream", "tool", "schema", "embedding", "errors", "retry", "cancel")) {
      assertThat(output).contains(feature + " ok");
    }
  }
}
