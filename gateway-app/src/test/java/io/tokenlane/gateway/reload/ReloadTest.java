package io.tokenlane.gateway.reload;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Sinks;

/** A changed file while the gateway runs: taken over whole or not at all, nothing cut. */
@ExtendWith(OutputCaptureExtension.class)
final class ReloadTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final FileGateway gateway = FileGateway.ONE;

  @BeforeEach
  void asStarted() {
    gateway.one.forget();
    gateway.two.forget();
    gateway.app.forget();
    gateway.reload(gateway.base());
    Eventually.eventually("a node", () -> gateway.chat(CHAT).statusCode() == 200);
    gateway.one.calls().clear();
    gateway.app.calls().clear();
  }

  @AfterEach
  void asStartedAgain() {
    gateway.reload(gateway.base());
  }

  private static List<String> names(List<Outcome.Change> changes) {
    return changes.stream().map(Outcome.Change::name).toList();
  }

  @Test
  void anotherNodeAnswersAndAStreamOfTheOlderOneEndsWell() throws IOException {
    Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
    gateway.one.answers(FakeUpstream.events(events.asFlux()));
    events.tryEmitNext("data: {\"n\":1}\n\n");
    HttpResponse<InputStream> stream =
        gateway.open(
            gateway
                .request("/v1/chat/completions")
                .POST(BodyPublishers.ofString(CHAT.replace("\"m\"", "\"m\",\"stream\":true"))));
    assertThat(stream.statusCode()).isEqualTo(200);

    Outcome outcome =
        gateway.reload(
            gateway
                .base("  stream: {ask_usage: false}\n  compression: {mode: off}\n")
                .replace("one, uri: \"" + gateway.one.uri(), "two, uri: \"" + gateway.two.uri()));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.APPLIED);
    assertThat(header(gateway.chat(CHAT), "x-tokenlane-node")).isEqualTo("two");

    events.tryEmitNext("data: {\"n\":2}\n\n");
    events.tryEmitNext("data: [DONE]\n\n");
    events.tryEmitComplete();
    String all = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(all).contains("\"n\":1", "\"n\":2").endsWith("data: [DONE]\n\n");
    Eventually.eventually("nothing under way", () -> inFlight() == 0);
  }

  private int inFlight() {
    return gateway.bean(NodePool.class).snapshot().stream().mapToInt(n -> n.inFlight()).sum();
  }

  @Test
  void aNodeKeepsWhatIsKnownOfItAndGetsAnotherWeight() {
    gateway.chat(CHAT);
    gateway.reload(gateway.base().replace("{id: one,", "{id: one, weight: 3, limit: 7,"));

    var node = gateway.bean(NodePool.class).snapshot().getFirst();
    assertThat(node.node().weight()).isEqualTo(3);
    assertThat(node.limit()).isEqualTo(7);
    assertThat(node.latency()).isPresent();
  }

  @Test
  void routesComeChangeAndGo() {
    gateway.app.answers(FakeUpstream.with("app", "Cache-Control", "max-age=60"));
    gateway.two.answers(FakeUpstream.with("two", "Cache-Control", "max-age=60"));
    assertThat(gateway.get("/app/x").body()).isEqualTo("app");
    assertThat(gateway.get("/more/x").statusCode()).isEqualTo(404);

    String more =
        gateway.base().replace(gateway.app.uri(), gateway.two.uri())
            + "  - {id: more, uri: \""
            + gateway.app.uri()
            + "\", predicates: [\"Path=/more/**\"]}\n";
    gateway.reload(more);
    Eventually.eventually("a new route", () -> gateway.get("/more/x").statusCode() == 200);
    // What the older upstream's answer is stored as is not served for the new one.
    assertThat(gateway.get("/app/x").body()).isEqualTo("two");

    gateway.reload(gateway.base());
    Eventually.eventually("gone", () -> gateway.get("/more/x").statusCode() == 404);
  }

  @Test
  void limitsAndFallbackModelsAndBodies() {
    // What is fetched ahead would take a part.
    String limited =
        gateway
            .base("  limits: {rules: [{name: two, requests_per_minute: 2}]}\n")
            .replace("\"/app/ahead\"", "");
    gateway.reload(limited);
    assertThat(gateway.chat(CHAT).statusCode()).isEqualTo(200);
    assertThat(gateway.chat(CHAT).statusCode()).isEqualTo(200);
    assertThat(gateway.chat(CHAT).statusCode()).isEqualTo(429);
    // More of the same: what was taken stays taken.
    gateway.reload(limited.replace("minute: 2", "minute: 3"));
    assertThat(gateway.chat(CHAT).statusCode()).isEqualTo(200);
    assertThat(gateway.chat(CHAT).statusCode()).isEqualTo(429);

    gateway.reload(
        gateway.base("  limits: {max_body: 1KB}\n  resilience: {fallback_models: {m: small}}\n"));
    assertThat(gateway.chat("x".repeat(2000)).statusCode()).isEqualTo(413);
    gateway.one.answers(
        (call, response) ->
            (call.body().contains("small") ? FakeUpstream.ok("{}") : FakeUpstream.status(503))
                .answer(call, response));
    assertThat(header(gateway.chat(CHAT), "x-tokenlane-model")).isEqualTo("small");
  }

  @Test
  void anUpstreamIsOnlyWhereUpstreamsMayBe() {
    String strict = gateway.base("  upstreams: {allowed: [public]}\n");
    assertThat(gateway.reload(strict).complaint())
        .contains("127.0.0.1 (expected: an address within tokenlane.upstreams.allowed)");

    // By name it shows when the name is resolved, on both ways a request can take.
    assertThat(gateway.reload(strict.replace("127.0.0.1", "localhost")).kind())
        .isEqualTo(Outcome.Kind.APPLIED);
    assertThat(gateway.get("/app/x").statusCode()).isEqualTo(502);
    assertThat(gateway.app.calls()).isEmpty();
    String open = gateway.base("  cache: {model_ttl: 9m}\n").replace("127.0.0.1", "localhost");
    gateway.reload(open);
    Eventually.eventually("again", () -> gateway.get("/app/x").statusCode() == 200);
  }

  @Test
  void whatIsFetchedAheadIsFetchedAtEachReload() {
    gateway.app.answers(FakeUpstream.ok("{\"v\":2}"));
    gateway.reload(gateway.base("  stream: {heartbeat: 5s}\n"));
    Eventually.eventually("once more", () -> isAhead("/app/ahead"));

    gateway.reload(gateway.base().replace("\"/app/ahead\"", "\"/app/other\""));
    Eventually.eventually("the other one", () -> isAhead("/app/other"));
    assertThat(asked("/app/other")).as("by the prefetcher and by who was too early").isPositive();
  }

  /** What the origin answers is not to be stored: only a prefetch makes it a hit. */
  private boolean isAhead(String path) {
    HttpResponse<String> answer = gateway.get(path);
    return header(answer, "Cache-Status").contains("hit") && answer.body().equals("{\"v\":2}");
  }

  private long asked(String path) {
    return gateway.app.calls().stream().filter(call -> call.uri().equals(path)).count();
  }

  @Test
  void howARouteIsCachedAndWhatOtherRulesStored() {
    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "max-age=60", "Set-Cookie", "s=1"));
    gateway.get("/app/cookie");
    assertThat(header(gateway.get("/app/cookie"), "Cache-Status")).contains("fwd=miss");
    gateway.reload(gateway.base("  cache: {routes: {app: {cookies: true}}}\n"));
    gateway.get("/app/cookie");
    assertThat(header(gateway.get("/app/cookie"), "Cache-Status")).contains("hit");
    gateway.reload(gateway.base());
    assertThat(header(gateway.get("/app/cookie"), "Cache-Status")).contains("fwd=miss");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenlane: {nodes: [{id: one, uri: 'http://127.0.0.1:9'}], cache: {pace: -3}}"
            + " | tokenlane.cache.pace: -3 (expected: 0 to 10000)",
        "tokenlane: {nodes: [{id: a, uri: 'http://x:1'}, {id: a, uri: 'http://x:2'}]}"
            + " | nodes: a twice (expected: once)",
        "tokenlane: {chache: {pace: 3}} | tokenlane.chache.pace: unknown property",
        "tokenlane: [ | not YAML",
        "`` | empty (expected: at least one property)",
        "{spring.cloud.gateway.server.webflux.routes: [{id: a, uri: 'http://x', predicates: ['Pth=/a']}]}"
            + " | Unable to find RoutePredicateFactory",
        "{spring.cloud.gateway.server.webflux.routes: [{id: a, predicates: ['Path=/a']}]}"
            + " | routes[0].uri: missing (expected: a URI)",
        "{spring.cloud.gateway.server.webflux.routes: [{id: a, uri: 'http://x', predicate: ['Path=/a']}]}"
            + " | routes[0].predicates: missing (expected: at least one)",
        "tokenlane: {compression: {protect: ['(']}} | protect",
        "tokenlane: {compression: {threads: 0}} | tokenlane.compression.threads: 0 (expected: >= 1)",
        "tokenlane: {nodes: [{id: one, uri: 'http://me:planted-secret@[bad'}]} | tokenlane.nodes[0].uri",
      })
  void whatIsWrongIsSaidInOneLineAndChangesNothing(
      String yaml, String complaint, CapturedOutput output) {
    double before = refused();
    Outcome outcome = gateway.reload(yaml);

    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(outcome.complaint()).contains(complaint).doesNotContain("\n", "planted-secret");
    assertThat(refused()).isEqualTo(before + 1);
    assertThat(good()).isZero();
    assertThat(header(gateway.chat(CHAT), "x-tokenlane-node")).isEqualTo("one");
    assertThat(gateway.get("/app/x").statusCode()).isEqualTo(200);
    Eventually.eventually("told", () -> lines(output, "configuration not reloaded").size() == 1);
    assertThat(output.getAll()).doesNotContain("planted-secret", "\tat ");

    gateway.reload(gateway.base());
    assertThat(good()).isEqualTo(1);
  }

  private static List<String> lines(CapturedOutput output, String text) {
    return output.getAll().lines().filter(line -> line.contains(text)).toList();
  }

  private double refused() {
    return gateway
        .bean(MeterRegistry.class)
        .counter("tokenlane.config.reloads", "outcome", "refused")
        .count();
  }

  private double applied() {
    return gateway
        .bean(MeterRegistry.class)
        .counter("tokenlane.config.reloads", "outcome", "applied")
        .count();
  }

  private double good() {
    return gateway.bean(MeterRegistry.class).get("tokenlane.config.good").gauge().value();
  }

  @Test
  void whatNeedsARestartIsNamedAndStays(CapturedOutput output) {
    Outcome outcome =
        gateway.reload(
            gateway.base("  compression: {threads: 7, minimum_chars: 9}\n") + "server.port: 1\n");

    assertThat(names(outcome.changes())).containsExactly("tokenlane.compression.minimum_chars");
    assertThat(names(outcome.restart()))
        .containsExactly("server.port", "tokenlane.compression.threads");
    assertThat(gateway.property("tokenlane.compression.minimum_chars")).isEqualTo("9");
    assertThat(gateway.property("tokenlane.compression.threads")).isEmpty();
    Eventually.eventually(
        "told",
        () ->
            lines(output, "holds only after a restart: server.port, tokenlane.compression.threads")
                    .size()
                == 1);
    // And again where nothing else has changed: that takes nothing over, and counts as nothing.
    double applied = applied();
    Outcome again = gateway.reload();
    assertThat(again.kind()).isEqualTo(Outcome.Kind.UNCHANGED);
    assertThat(again.restart()).hasSize(2);
    assertThat(applied()).isEqualTo(applied);
  }

  @Test
  void anAdministratorReloadsAndSeesWhatDiffers() {
    gateway.write(gateway.base("  stream: {heartbeat: 7s}\n"));
    String seen = gateway.send(gateway.management("/actuator/reload")).body();
    assertThat(seen).contains("tokenlane.stream.heartbeat", "\"after\":\"7s\"");

    HttpResponse<String> refused =
        gateway.send(gateway.management("/actuator/reload").POST(BodyPublishers.noBody()));
    assertThat(refused.statusCode()).isEqualTo(401);
    for (String otherwise : List.of("/%61ctuator/reload", "/actuator;x/reload")) {
      assertThat(
              gateway
                  .send(gateway.management(otherwise).POST(BodyPublishers.noBody()))
                  .statusCode())
          .as(otherwise)
          .isIn(400, 401, 404);
    }
    assertThat(gateway.send(gateway.management("/actuator/reload")).body())
        .as("nothing was taken over")
        .contains("tokenlane.stream.heartbeat");
    HttpResponse<String> done =
        gateway.send(
            gateway
                .management("/actuator/reload")
                .header("Authorization", "Bearer " + FileGateway.TOKEN)
                .POST(BodyPublishers.noBody()));
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("\"outcome\":\"applied\"", "tokenlane.stream.heartbeat");
    String after = gateway.send(gateway.management("/console/api/settings")).body();
    assertThat(after).contains("\"value\":\"7s\"", "\"outcome\":\"applied\"");
    assertThat(gateway.send(gateway.management("/actuator/reload")).body())
        .contains("\"" + gateway.file() + "\":[]");
  }

  @Test
  void aLinkThatPointsElsewhereIsSeenOnceItIsQuiet() throws IOException {
    ReloadWatch watch = new ReloadWatch(gateway.bean(Reload.class), Duration.ZERO);
    watch.look();
    watch.look();
    Path next =
        Files.writeString(
            gateway.file().resolveSibling("next.yaml"),
            gateway.base("  stream: {heartbeat: 9s}\n"));
    Path swapped = gateway.file().resolveSibling("..data");
    Files.deleteIfExists(swapped);
    Files.createSymbolicLink(swapped, next);
    Files.delete(gateway.file());
    Files.createSymbolicLink(gateway.file(), swapped);

    watch.look();
    assertThat(gateway.property("tokenlane.stream.heartbeat")).isEmpty();
    watch.look();
    assertThat(gateway.property("tokenlane.stream.heartbeat")).isEqualTo("9s");

    Files.delete(gateway.file());
    gateway.write(gateway.base());
    watch.destroy();
  }

  @Test
  void manyReloadsUnderLoadLoseNothing() {
    String other = gateway.base("  compression: {mode: off}\n  balance: {strategy: round-robin}\n");
    List<java.util.concurrent.CompletableFuture<Integer>> answers = new java.util.ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (i % 20 == 0) {
        gateway.reload(i % 40 == 0 ? other : gateway.base());
      }
      String path = i % 2 == 0 ? "/app/load?" + i : "/v1/chat/completions";
      answers.add(
          java.util.concurrent.CompletableFuture.supplyAsync(
              () ->
                  path.startsWith("/app")
                      ? gateway.get(path).statusCode()
                      : gateway.chat(CHAT).statusCode()));
    }
    assertThat(answers).allMatch(answer -> answer.join() == 200);
  }
}
