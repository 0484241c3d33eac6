package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Planted keys and prompts come out nowhere: not in answers, logs or metrics. */
final class SecretsTest {
  private static final int REQUESTS = 400;
  private static final String KEY_MARK = "planted-key-";
  private static final String PROMPT_MARK = "planted-prompt-";

  private final SecuredGateway gateway = SecuredGateway.one();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final Capture capture = new Capture(log);
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  /** Renders every event as an appender could, stack traces too. */
  private static final class Capture extends AppenderBase<ILoggingEvent> {
    private final Queue<String> lines;

    Capture(Queue<String> lines) {
      this.lines = lines;
    }

    @Override
    protected void append(ILoggingEvent event) {
      String trace =
          event.getThrowableProxy() == null
              ? ""
              : ThrowableProxyUtil.asString(event.getThrowableProxy());
      lines.add(event.getFormattedMessage() + trace);
    }
  }

  @BeforeEach
  void listen() {
    gateway.node.forget();
    gateway.app.forget();
    capture.start();
    root.addAppender(capture);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(capture);
  }

  @Test
  void plantedSecretsComeOutNowhere() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String key = gateway.key("acme");
    for (int i = 0; i < REQUESTS; i++) {
      gateway.node.answers(behaviour(random));
      HttpResponse<String> response = ask(random, key, i);
      assertClean("seed " + seed + " request " + i, response.headers() + response.body(), key);
    }
    Eventually.eventually(
        "all requests are in the access log",
        () -> gateway.accessLog().lines().count() >= REQUESTS);
    assertClean("access log", gateway.accessLog(), key);
    assertClean("seed " + seed + ": log", String.join("\n", log), key);
    assertClean("metrics", gateway.manage("/actuator/prometheus").body(), key);
    for (String endpoint : List.of("health", "nodes", "cache", "prefetch", "reload", "info")) {
      assertClean(endpoint, gateway.manage("/actuator/" + endpoint).body(), key);
    }
    for (String view : List.of("calls", "settings")) {
      assertClean(view, gateway.manage("/console/api/" + view).body(), key);
    }
    Eventually.eventually("traces", () -> traces().length() > 10_000);
    assertClean("traces", traces(), key);
    Eventually.eventually("an audit log", () -> Files.exists(gateway.auditLog));
    assertClean("audit log", Files.readString(gateway.auditLog), key);
  }

  private String traces() {
    return gateway.collector.calls().stream()
        .map(FakeUpstream.Call::body)
        .collect(Collectors.joining());
  }

  /** Whatever lets the gateway itself in: no upstream sees it, nor what a stranger calls so. */
  @Test
  void theGatewaysPassToItselfStaysHere() {
    String shown = InternalPass.HEADER;
    gateway.send(gateway.request("/api/open/x", shown, KEY_MARK).GET(), null);
    assertThat(gateway.app.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.header(shown)).isNull());

    RunningGateway open = RunningGateway.fresh();
    open.get("/api/x", shown, KEY_MARK);
    assertThat(open.app.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.header(shown)).isNull());
  }

  private static void assertClean(String where, String text, String key) {
    assertThat(text)
        .as(where)
        .doesNotContain(KEY_MARK, PROMPT_MARK, key, "upstream-secret", "\tat ");
  }

  private static FakeUpstream.Behaviour behaviour(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> FakeUpstream.status(500);
      case 1 -> FakeUpstream.status(429);
      case 2 -> FakeUpstream.reset();
      default -> FakeUpstream.ok("{\"choices\":[]}");
    };
  }

  private HttpResponse<String> ask(Random random, String key, int i) {
    String credential =
        switch (random.nextInt(4)) {
          case 0 -> KEY_MARK + i;
          case 1 -> "tlk_" + KEY_MARK + i;
          case 2 -> KEY_MARK + i + ".e30." + KEY_MARK;
          default -> key;
        };
    String field = List.of("Authorization", "x-api-key", "api-key").get(random.nextInt(3));
    String value = field.equals("Authorization") ? "Bearer " + credential : credential;
    return gateway.send(
        gateway.request(path(random), field, value).POST(BodyPublishers.ofString(body(random, i))),
        null);
  }

  private static String path(Random random) {
    return List.of(
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/embeddings",
            "/v1/responses",
            "/api/x?token=" + KEY_MARK,
            "/nowhere?key=" + KEY_MARK)
        .get(random.nextInt(6));
  }

  private static String body(Random random, int i) {
    String prompt = PROMPT_MARK + i;
    return switch (random.nextInt(6)) {
      case 0 -> prompt;
      case 1 -> "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt;
      case 2 ->
          "{\"model\":\"" + "m".repeat(random.nextInt(90)) + "\",\"input\":\"" + prompt + "\"}";
      case 3 -> "[\"" + prompt + "\"]";
      case 4 -> "{\"" + prompt + "\":1,\"" + prompt + "\":2}";
      default ->
          "{\"model\":\"m\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\""
              + prompt
              + "\"}]}";
    };
  }
}
