package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The main job: {@code ./tokenlane up}, then what a new user does. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MainJobIT {
  private static final String MODEL = "tokenlane-demo";

  private static int port;
  private static Launcher up;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    port = Launcher.freePorts();
    up = Launcher.start("up", "--port", Integer.toString(port));
    up.awaitLine(line -> line.startsWith("Ctrl-C stops everything"));
  }

  @AfterAll
  static void stop() {
    up.close();
  }

  private static String gateway(String path) {
    return "http://localhost:" + port + path;
  }

  private static String chat(String question, boolean stream) {
    var body = Http.JSON.createObjectNode();
    body.put("model", MODEL).put("stream", stream).put("temperature", 0).put("max_tokens", 64);
    body.putArray("messages").addObject().put("role", "user").put("content", question);
    return body.toString();
  }

  @Test
  @Order(1)
  void thePrintedCurlStreamsTokenByTokenAndIsThenAHit() throws Exception {
    String command = printedCurl();
    String first = shell(command);
    assertThat(first).startsWith("HTTP/1.1 200").contains("data: [DONE]");
    assertThat(first.lines().filter(line -> line.startsWith("data: {")).count()).isGreaterThan(5);
    assertThat(contentOf(first)).isEqualTo("The capital of France is Paris.");
    String second = shell(command);
    assertThat(second).containsIgnoringCase("cache-status: tokenlane; hit");
    assertThat(contentOf(second)).isEqualTo("The capital of France is Paris.");
  }

  private static String printedCurl() {
    String output = up.output();
    int start = output.indexOf("  curl -N");
    return output.substring(start, output.indexOf("\n\n", start)).strip();
  }

  private static String shell(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("bash", "-c", command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }

  private static String contentOf(String events) {
    StringBuilder text = new StringBuilder();
    events
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> Http.JSON.readTree(line.substring("data: ".length())))
        .forEach(event -> text.append(event.at("/choices/0/delta/content").asString("")));
    return text.toString();
  }

  static Stream<JsonNode> goldenQuestions() throws IOException {
    var golden = Launcher.ROOT.resolve("acceptance/src/test/resources/demo-questions.json");
    return Http.JSON.readTree(Files.readString(golden)).valueStream();
  }

  @ParameterizedTest
  @MethodSource("goldenQuestions")
  @Order(2)
  void answersAsTheReferenceDoes(JsonNode golden) throws Exception {
    String body = chat(golden.get("question").asString(), false);
    JsonNode answer = Http.JSON.readTree(Http.post(gateway("/v1/chat/completions"), body).body());
    JsonNode message = answer.at("/choices/0/message");
    assertThat(message.path("content").asString("")).isEqualTo(golden.get("content").asString());
    assertThat(message.path("reasoning_content").asString("").strip())
        .isEqualTo(golden.path("reasoning").asString("").strip());
    assertThat(answer.at("/usage/prompt_tokens").asInt())
        .isEqualTo(golden.get("prompt_tokens").asInt());
  }

  @Test
  @Order(3)
  void healthTellsTheNodes() throws Exception {
    JsonNode health = Http.getJson("http://localhost:" + (port + 1) + "/actuator/health");
    assertThat(health.get("status").asString()).isEqualTo("UP");
    awaitState("node-1", "UP");
    awaitState("node-2", "UP");
  }

  @Test
  @Order(4)
  void alertsAndDashboardsAskForWhatIsExported() throws Exception {
    Http.post(gateway("/v1/chat/completions"), chat("What is a gateway?", true));
    String exported =
        Http.get("http://localhost:" + (port + 1) + "/actuator/prometheus").body()
            + Http.get("http://localhost:" + (port + 11) + "/actuator/prometheus").body();

    assertThat(exported)
        .as("what the nodes' tokens took")
        .containsPattern("(?m)^tokenlane_energy_calls_joules_total (?!0\\.0$)")
        .containsPattern("(?m)^tokenlane_carbon_per_10k_requests_grams ");
    assertThat(MetricNames.wanted())
        .hasSizeGreaterThan(20)
        .allSatisfy(name -> assertThat(exported).containsPattern("(?m)^" + name + "[{ ]"));
  }

  @Test
  @Order(5)
  void templatesPrefillTheirStaticBeginningOnce() throws Exception {
    new Templates(gateway("")).prefillTheirStaticBeginningOnce();
  }

  private static Optional<String> nodeState(String id) throws IOException, InterruptedException {
    JsonNode health = Http.getJson("http://localhost:" + (port + 1) + "/actuator/health");
    JsonNode node = health.at("/components/nodes/details/" + id);
    return node.isMissingNode() ? Optional.empty() : Optional.of(node.get("state").asString());
  }

  @Test
  @Order(8)
  void killingANodeLosesNoRequestThatHadNotStartedStreaming() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Integer>>> all =
          IntStream.range(0, 6)
              .mapToObj(client -> clients.submit(() -> askUntil(stop, client)))
              .toList();
      ProcessHandle node = up.child("--server.port=" + (port + 11));
      node.destroyForcibly();
      up.awaitLine(line -> line.startsWith("node-1 ended with exit code"));
      awaitState("node-1", "DOWN");
      stop.set(true);
      List<Integer> statuses = new ArrayList<>();
      for (Future<List<Integer>> client : all) {
        statuses.addAll(client.get(60, TimeUnit.SECONDS));
      }
      assertThat(statuses).hasSizeGreaterThan(6).allMatch(status -> status == 200);
    }
  }

  /** Different questions, so that none is answered from the cache. */
  private static List<Integer> askUntil(AtomicBoolean stop, int client) throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; !stop.get() || i < 2; i++) {
      String question = "What is %d + %d?".formatted(client + 1, i + 1);
      statuses.add(Http.post(gateway("/v1/chat/completions"), chat(question, false)).statusCode());
    }
    return statuses;
  }

  @Test
  @Order(9)
  void theNodeComesBackAndEndsItsStreamWhenItIsToldToStop() throws Exception {
    String nodePort = Integer.toString(port + 11);
    try (Launcher node = Launcher.start("node", "--port", nodePort)) {
      awaitState("node-1", "UP");
      try (LongStream stream = LongStream.fromNode(gateway(""), "node-1")) {
        node.interrupt();
        assertThat(stream.rest()).endsWith("[DONE]");
      }
      node.awaitExit();
    }
  }

  private static void awaitState(String id, String wanted) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(nodeState(id)).as(id).contains(wanted));
  }

  @Test
  @Order(10)
  void controlCEndsStreamsAndLeavesNoProcess() throws Exception {
    List<ProcessHandle> started = up.descendants();
    assertThat(started).hasSizeGreaterThanOrEqualTo(2);
    try (LongStream stream = LongStream.fromNode(gateway(""), "node-2")) {
      up.interrupt();
      up.awaitLine(line -> line.startsWith("Stopping"));
      up.interrupt(); // as the impatient do
      assertThat(stream.rest()).as("a stream under way").endsWith("[DONE]");
    }
    assertThat(up.awaitExit()).isEqualTo(130);
    assertThat(started).noneMatch(ProcessHandle::isAlive);
    assertThat(up.output()).endsWith("Stopped; no process is left.");
  }
}
