package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A change while a fetch is under way: who comes after it sees nothing of what was before. */
final class OvertakenFetchTest {
  private static final String FRESH = "max-age=600";

  private final RunningGateway gateway = RunningGateway.fresh();
  private final Sinks.One<String> gate = Sinks.one();

  private void app(String body, String... fields) {
    gateway.app.answers(FakeUpstream.with(body, fields));
  }

  private HttpRequest.Builder request(String method, String path) {
    return gateway.request(path).method(method, BodyPublishers.noBody());
  }

  @Test
  void aGetAfterTheChangeDoesNotRideOnAFetchBegunBeforeIt() throws IOException {
    gateway.app.answers(
        (call, response) ->
            response
                .header("Cache-Control", FRESH)
                .sendString(Flux.just("OLD").concatWith(gate.asMono()))
                .then());
    HttpResponse<InputStream> before = gateway.open(gateway.request("/api/overtaken"));
    before.body().readNBytes(3);
    app("done");
    gateway.send(request("PUT", "/api/overtaken"));
    app("NEW", "Cache-Control", FRESH);

    assertThat(gateway.get("/api/overtaken").body()).isEqualTo("NEW");
    gate.tryEmitValue("!");
    assertThat(before.body().readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("!");
    assertThat(gateway.get("/api/overtaken").body()).isEqualTo("NEW");
    assertThat(gateway.app.calls()).hasSize(3);
  }

  @Test
  void whatIsNotStoredForTheChangeIsNotSaidToBe() {
    gateway.app.answers(
        (call, response) ->
            gate.asMono()
                .flatMap(
                    old ->
                        response.header("Cache-Control", FRESH).sendString(Mono.just(old)).then()));
    var before = gateway.sendAsync(gateway.request("/api/unsaid"));
    Eventually.eventually("a fetch", () -> !gateway.app.calls().isEmpty());
    app("done");
    gateway.send(request("DELETE", "/api/unsaid"));
    gate.tryEmitValue("OLD");

    assertThat(header(before.join(), "Cache-Status"))
        .isEqualTo("tokenlane; fwd=miss; detail=forgotten");
    assertThat(before.join().body()).isEqualTo("OLD");
  }

  @Test
  void aLateHeadBringsNothingForgottenBack() {
    app("OLD", "Cache-Control", "max-age=10", "Age", "60", "ETag", "\"1\"");
    gateway.get("/api/late-head");
    FakeUpstream.Behaviour renewed =
        FakeUpstream.with("NEW", "Cache-Control", FRESH, "ETag", "\"2\"");
    gateway.app.answers(
        (call, response) ->
            call.method().equals("HEAD")
                ? gate.asMono()
                    .flatMap(
                        go ->
                            FakeUpstream.with("", "Cache-Control", FRESH, "ETag", "\"1\"")
                                .answer(call, response))
                : renewed.answer(call, response));
    var head = gateway.sendAsync(request("HEAD", "/api/late-head"));
    Eventually.eventually("a HEAD", () -> gateway.app.calls().size() == 2);
    gateway.send(request("PUT", "/api/late-head"));
    gate.tryEmitValue("go");
    head.join();

    assertThat(gateway.get("/api/late-head").body()).isEqualTo("NEW");
  }
}
