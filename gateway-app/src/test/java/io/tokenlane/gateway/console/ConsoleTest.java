package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the console tells, to whom, and who may change what with it. */
class ConsoleTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String CHAT =
      "{\"model\":\"m\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";

  private final RunningGateway gateway = RunningGateway.fresh();

  @BeforeEach
  void nodesAnswer() {
    gateway.one.answers(FakeUpstream.ok(FakeUpstream.ANSWER));
    gateway.two.answers(FakeUpstream.ok(FakeUpstream.ANSWER));
  }

  /** A login: what a browser keeps of it, and what the page does. */
  private record Login(String cookie, String csrf) {
    HttpRequest.Builder on(HttpRequest.Builder request) {
      return request.header("Cookie", cookie).header("x-tokenlane-csrf", csrf);
    }
  }

  private Login login() {
    HttpResponse<String> welcome = login(RunningGateway.CONSOLE_TOKEN);
    assertThat(welcome.statusCode()).isEqualTo(200);
    String cookie = RunningGateway.header(welcome, "Set-Cookie");
    assertThat(cookie).contains("HTTPOnly", "SameSite=Strict", "Path=/console");
    return new Login(
        cookie.substring(0, cookie.indexOf(';')), json(welcome).path("csrf").asString(""));
  }

  private HttpResponse<String> login(String credential) {
    return gateway.send(
        post(gateway.request("/console/api/login"), "{\"credential\":\"" + credential + "\"}"));
  }

  private static HttpRequest.Builder post(HttpRequest.Builder request, String body) {
    return request.POST(BodyPublishers.ofString(body));
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/console/", "/console/api/session"})
  void thePageIsAtBothPorts(String path) {
    for (HttpResponse<String> page : List.of(gateway.get(path), gateway.manage(path))) {
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(RunningGateway.header(page, "Content-Security-Policy"))
          .contains("default-src 'none'", "frame-ancestors 'none'");
    }
  }

  @Test
  void whatThePageNeedsIsInTheJar() {
    String page = gateway.get("/console/").body();
    var parts =
        java.util.regex.Pattern.compile("\\./(assets/[^\"]+)")
            .matcher(page)
            .results()
            .map(part -> part.group(1))
            .toList();
    assertThat(parts).hasSizeGreaterThanOrEqualTo(2);
    assertThat(parts)
        .allSatisfy(
            part -> assertThat(gateway.get("/console/" + part).statusCode()).isEqualTo(200));
    assertThat(page).doesNotContain("http://", "https://");
  }

  @ParameterizedTest
  @ValueSource(strings = {"calls", "settings", "live", "models", "calls/x"})
  void atTheApisPortNobodySeesWithoutALogin(String what) {
    assertThat(gateway.get("/console/api/" + what).statusCode()).isEqualTo(401);
  }

  @Test
  void aForeignNameForThisMachineSeesNothing() throws IOException {
    HttpResponse<String> local = gateway.manage("/console/api/calls");
    assertThat(local.statusCode()).isEqualTo(200);
    String port = local.uri().getPort() + "";
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), local.uri().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET /console/api/calls HTTP/1.1\r\nHost: evil.example:"
                      + port
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 401");
    }
  }

  @ParameterizedTest
  @CsvSource({"guess", "''", RunningGateway.CONSOLE_TOKEN + "x"})
  void aWrongCredentialIsRefused(String credential) {
    HttpResponse<String> refused = login(credential);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void aRequestIsInspectedWithTheReasonsOfEachDecision() {
    HttpResponse<String> miss =
        gateway.chat(CHAT.formatted("inspect me"), "x-request-id", "inspected-1");
    assertThat(miss.statusCode()).isEqualTo(200);
    gateway.chat(CHAT.formatted("inspect me"), "x-request-id", "inspected-2");

    JsonNode first = call("inspected-1");
    JsonNode balanced = decision(first, "balance");
    assertThat(balanced.path("verdict").asString(""))
        .isEqualTo(RunningGateway.header(miss, "x-tokenlane-node"));
    assertThat(balanced.path("why").asString("")).isNotEmpty();
    assertThat(balanced.path("facts").path("strategy").asString("")).isEqualTo("ewma");
    assertThat(balanced.path("facts").path("scores").findValues("cost")).hasSize(2);
    assertThat(decision(first, "compress").path("facts").path("before").asString(""))
        .isEqualTo("inspect me");
    assertThat(first.path("timing").findValuesAsString("name")).contains("node until first byte");

    JsonNode second = call("inspected-2");
    assertThat(second.path("cache").asString("")).isEqualTo("hit");
    String key = decision(second, "cache").path("facts").path("key").asString("");
    assertThat(key)
        .matches("[0-9a-f]{16}")
        .isEqualTo(decision(first, "cache").path("facts").path("key").asString("none"));
  }

  private JsonNode call(String id) {
    Eventually.eventually(
        "request " + id, () -> gateway.manage("/console/api/calls/" + id).statusCode() == 200);
    return json(gateway.manage("/console/api/calls/" + id));
  }

  private static JsonNode decision(JsonNode call, String stage) {
    for (JsonNode decision : call.path("decisions")) {
      if (decision.path("stage").asString("").equals(stage)) {
        return decision;
      }
    }
    throw new AssertionError(stage + ": not among " + call.path("decisions"));
  }

  @Test
  void aHitBeforeRoutingIsInspectedToo() {
    gateway.app.answers(FakeUpstream.with("early", "Cache-Control", "max-age=60"));
    int[] number = {0};
    Eventually.eventually(
        "answered before routing",
        () -> {
          String id = "early-" + number[0]++;
          gateway.send(gateway.request("/api/early?secret=1").header("x-request-id", id));
          HttpResponse<String> found = gateway.manage("/console/api/calls/" + id);
          return found.statusCode() == 200
              && found.body().contains("before routing")
              && found.body().contains("\"path\":\"/api/early\"");
        });
  }

  @Test
  void aCallThatTheCacheFetchedTellsWhatItUsed() {
    String answer = "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}";
    gateway.one.answers(FakeUpstream.ok(answer));
    gateway.two.answers(FakeUpstream.ok(answer));
    gateway.chat(CHAT.formatted("usage through the cache"), "x-request-id", "used-1");
    assertThat(call("used-1").path("output_tokens").asInt(0)).isEqualTo(5);
  }

  @Test
  void changesNeedALoginItsTokenAndTheOwnPage() {
    Login login = login();
    String drain = "/console/api/nodes/one/drain";
    assertThat(gateway.send(post(gateway.management(drain), "")).statusCode()).isEqualTo(401);
    assertThat(
            gateway
                .send(post(gateway.request(drain), "").header("Cookie", login.cookie()))
                .statusCode())
        .isEqualTo(403);
    assertThat(
            gateway
                .send(
                    login
                        .on(post(gateway.request(drain), ""))
                        .header("Origin", "http://evil.example"))
                .statusCode())
        .isEqualTo(403);
    assertThat(json(gateway.manage("/actuator/nodes/one")).path("state").asString(""))
        .isNotEqualTo("DRAINING");

    assertThat(gateway.send(login.on(post(gateway.request(drain), ""))).body())
        .contains("DRAINING");
    assertThat(
            gateway
                .send(login.on(post(gateway.request("/console/api/nodes/one/readmit"), "")))
                .body())
        .doesNotContain("DRAINING");
    Eventually.eventually(
        "audited",
        () ->
            gateway.accessLog().contains("\"action\":\"drain\",\"target\":\"node one\"")
                && gateway.accessLog().contains("refused: not logged in"));
    assertThat(gateway.accessLog()).doesNotContain(RunningGateway.CONSOLE_TOKEN, login.csrf());
  }

  @ParameterizedTest
  @CsvSource({"route, tokenlane-nodes, 1", "route, no-such-route, 0", "tenant, somebody, 0"})
  void storedAnswersArePurged(String by, String value, int purged) {
    String body = CHAT.formatted("purge by " + by + value);
    gateway.chat(body);
    Eventually.eventually(
        "stored", () -> RunningGateway.header(gateway.chat(body), "Cache-Status").contains("hit"));
    HttpResponse<String> done =
        gateway.send(
            login()
                .on(
                    post(
                        gateway.request("/console/api/cache/purge"),
                        "{\"by\":\"" + by + "\",\"value\":\"" + value + "\"}")));
    assertThat(json(done).path("purged").asInt(-1)).isEqualTo(purged);
    assertThat(RunningGateway.header(gateway.chat(body), "Cache-Status"))
        .contains(purged > 0 ? "fwd=miss" : "hit");
  }

  @Test
  void anUnknownWayToPurgeIsTold() {
    HttpResponse<String> refused =
        gateway.send(
            login()
                .on(
                    post(
                        gateway.request("/console/api/cache/purge"),
                        "{\"by\":\"colour\",\"value\":\"red\"}")));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("by: colour (expected: key, route or tenant)");
  }

  @Test
  void thePulseBeats() throws IOException {
    gateway.chat(CHAT.formatted("pulse"));
    HttpResponse<java.io.InputStream> live = gateway.open(gateway.management("/console/api/live"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(live.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("event: past");
      assertThat(JSON.readTree(lines.readLine().substring("data: ".length())).isArray()).isTrue();
      assertThat(lines.readLine()).isEmpty();
      for (int beat = 0; beat < 2; beat++) {
        assertThat(lines.readLine()).isEqualTo("event: pulse");
        JsonNode pulse = JSON.readTree(lines.readLine().substring("data: ".length()));
        assertThat(pulse.path("totals").path("calls").asInt(0)).isPositive();
        assertThat(pulse.path("nodes").findValuesAsString("id")).contains("one");
        assertThat(pulse.path("prefetch").path("endpoints").has("/api/v1/user")).isTrue();
        assertThat(lines.readLine()).isEmpty();
      }
    }
  }

  @Test
  void thePlaygroundGoesThroughTheFrontDoor() {
    HttpResponse<String> chat =
        gateway.send(
            post(gateway.management("/console/api/chat"), CHAT.formatted("from the playground")));
    assertThat(chat.statusCode()).isEqualTo(200);
    assertThat(chat.body()).isEqualTo(FakeUpstream.ANSWER);
    assertThat(RunningGateway.header(chat, "x-tokenlane-prompt-tokens")).startsWith("original=");
    assertThat(
            gateway
                .send(
                    post(gateway.management("/console/api/chat"), CHAT.formatted("foreign"))
                        .header("Sec-Fetch-Site", "cross-site"))
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void theConfigurationIsShownWithoutItsSecrets() {
    String shown = gateway.manage("/console/api/settings").body();
    assertThat(shown)
        .contains("tokenlane.nodes[1].api_key", "(hidden)", "tokenlane.cache.max_answer", "32KB")
        .doesNotContain("sesame", RunningGateway.CONSOLE_TOKEN);
  }

  @Test
  void compressionIsPreviewedWithItsTextBefore() {
    String body = CHAT.formatted("{ \\\"a\\\" :  1,\\n \\\"b\\\" : 2 }".repeat(1));
    JsonNode preview = json(gateway.send(post(gateway.management("/console/api/compress"), body)));
    assertThat(preview.path("before").get(0).asString("")).startsWith("{ \"a\"");
    assertThat(preview.path("messages").get(0).path("text").isString()).isTrue();
  }

  @Test
  void bodiesThatAreTooLargeAreRefused() {
    String large = CHAT.formatted("y".repeat(300_000));
    for (String path : List.of("compress", "login", "cache/purge")) {
      HttpRequest.Builder request = gateway.management("/console/api/" + path);
      HttpResponse<String> refused = gateway.send(login().on(post(request, large)));
      assertThat(refused.statusCode()).as(path).isEqualTo(413);
      assertThat(refused.body()).contains("larger than the limit of ");
    }
  }

  @Test
  void nothingBelowTheConsoleReachesAnUpstream() {
    assertThat(gateway.get("/console/api/no-such-thing").statusCode()).isEqualTo(404);
    assertThat(gateway.get("/console/assets/..%2fapplication.yaml").statusCode()).isEqualTo(404);
    assertThat(gateway.app.calls()).isEmpty();
  }
}
