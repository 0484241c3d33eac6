package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.AnswerCache;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The shared cache of plain routes on real sockets: what the pure functions decide, done. */
final class HttpCacheTest {
  private static final int CROWD = 40;

  /** Stale on arrival, by an age that the origin tells. */
  private static final String STALE = "max-age=10";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void app(String body, String... fields) {
    gateway.app.answers(FakeUpstream.with(body, fields));
  }

  private static String cacheStatus(HttpResponse<?> answer) {
    return header(answer, "Cache-Status");
  }

  private HttpResponse<String> send(String method, String path) {
    return gateway.send(gateway.request(path).method(method, BodyPublishers.noBody()));
  }

  @Test
  void validatesWhatIsStale() {
    app("v1", "Cache-Control", STALE, "Age", "60", "ETag", "\"1\"", "X-Old", "kept");
    gateway.get("/api/validate");
    gateway.app.answers(
        (call, response) ->
            response
                .status("\"1\"".equals(call.header("if-none-match")) ? 304 : 500)
                .header("Cache-Control", "max-age=90")
                .header("X-New", "there")
                .send());

    HttpResponse<String> validated = gateway.get("/api/validate");
    HttpResponse<String> hit = gateway.get("/api/validate");

    assertThat(cacheStatus(validated))
        .isEqualTo("tokenlane; fwd=stale; fwd-status=304; ttl=90; stored");
    assertThat(validated.body()).isEqualTo("v1");
    assertThat(header(validated, "X-New") + header(validated, "X-Old")).isEqualTo("therekept");
    assertThat(cacheStatus(hit)).startsWith("tokenlane; hit; ttl=");
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @Test
  void servesStaleWhileItFetchesANewOne() {
    app("v1", "Cache-Control", STALE + ", stale-while-revalidate=600", "Age", "60");
    gateway.get("/api/swr");
    app("v2", "Cache-Control", "max-age=60");

    HttpResponse<String> stale = gateway.get("/api/swr");
    Eventually.eventually("renewed", () -> gateway.get("/api/swr").body().equals("v2"));

    assertThat(stale.body()).isEqualTo("v1");
    assertThat(cacheStatus(stale)).isEqualTo("tokenlane; hit; ttl=-50");
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"503, true", "500, true", "404, false", "0, true"})
  void servesStaleWhereTheOriginFails(int status, boolean stale) {
    app("v1", "Cache-Control", STALE + ", stale-if-error=600", "Age", "60");
    gateway.get("/api/sie" + status);
    gateway.app.answers(status == 0 ? FakeUpstream.reset() : FakeUpstream.status(status));

    HttpResponse<String> answer = gateway.get("/api/sie" + status);

    assertThat(answer.body()).isEqualTo(stale ? "v1" : "{}");
    assertThat(cacheStatus(answer).contains("detail=stale-if-error"))
        .as(cacheStatus(answer))
        .isEqualTo(stale);
  }

  @Test
  void answersPartsConditionsAndHeadsFromTheWhole() throws IOException {
    app("0123456789", "Cache-Control", "max-age=60", "ETag", "\"1\"");
    gateway.get("/api/whole");

    HttpResponse<String> part = gateway.get("/api/whole", "Range", "bytes=2-4");
    HttpResponse<String> none = gateway.get("/api/whole", "Range", "bytes=50-");
    HttpResponse<String> same = gateway.get("/api/whole", "If-None-Match", "\"0\", \"1\"");
    HttpResponse<String> head = send("HEAD", "/api/whole");

    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    assertThat(header(part, "Content-Range")).isEqualTo("bytes 2-4/10");
    assertThat(none.statusCode()).isEqualTo(416);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(header(head, "Content-Length")).isEqualTo("10");
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "FANCY"})
  void aChangeMakesItStale(String method) {
    app("v1", "Cache-Control", "max-age=60");
    gateway.get("/api/changed");
    app("done", "X-Any", "thing");
    HttpResponse<String> change = send(method, "/api/changed");
    app("v2", "Cache-Control", "max-age=60");

    assertThat(cacheStatus(change)).isEqualTo("tokenlane; fwd=method");
    assertThat(gateway.get("/api/changed").body()).isEqualTo("v2");
  }

  @Test
  void asksNobodyWhereOnlyStoredAnswersAreWanted() {
    HttpResponse<String> missing = gateway.get("/api/nothing", "Cache-Control", "only-if-cached");
    app("v1", "Cache-Control", "max-age=60");
    gateway.get("/api/nothing");

    assertThat(missing.statusCode()).isEqualTo(504);
    assertThat(cacheStatus(missing)).isEqualTo("tokenlane; detail=only-if-cached");
    assertThat(gateway.get("/api/nothing", "Cache-Control", "only-if-cached").body())
        .isEqualTo("v1");
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"temperature\":0,\"messages\":[],\"shape_of_things\":1} | unknown-parameter",
        "{\"temperature\":0,\"messages\":[],\"tools\":[{\"type\":\"web_search\"}]} | server-tool",
        "{\"temperature\":0,\"messages\":[],\"store\":true} | stateful",
        "{\"temperature\":0,\"temperature\":0,\"messages\":[]} | duplicate-key",
        "{\"temperature\":0.5,\"messages\":[]} | temperature",
        "{\"messages\":[]} | temperature",
        "{\"temperature\":0,\"messages\":[],\"stream\":\"x\"} | form",
        "{\"temperature\":0,\"messages\":[],\"stream\":1} | form",
        "{\"temperature\":0,\"messages\":[],\"stream_options\":{}} | form",
        "{\"temperature\":0,\"messages\":[],\"stream\":null,\"stream_options\":{\"include_usage\":true}} | form",
        "{\"temperature\":0,\"messages\":[],\"stream\":true,\"stream_options\":[]} | form",
        "{\"temperature\":0,\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":1}} | form",
      })
  void whatMayDifferNextTimeIsNotStored(String body, String reason) {
    assertThat(cacheStatus(gateway.chat(body)))
        .isEqualTo("tokenlane; fwd=bypass; detail=" + reason);
  }

  @Test
  void aClientSaysWhatItWantsOfTheCache() {
    String call = "{\"temperature\":0,\"messages\":[]}";
    String name = "x-tokenlane-cache";

    assertThat(gateway.chat(call, name, "only").statusCode()).isEqualTo(504);
    assertThat(cacheStatus(gateway.chat(call, name, "bypass"))).contains("request-no-store");
    assertThat(cacheStatus(gateway.chat(call))).contains("stored");
    assertThat(cacheStatus(gateway.chat(call, name, "only"))).contains("hit");
    assertThat(cacheStatus(gateway.chat(call, name, "refresh"))).contains("fwd=request");
    assertThat(gateway.chat(call, name, "perhaps").body())
        .contains("x-tokenlane-cache: perhaps (expected: bypass, refresh, only or pace=0");
  }

  @Test
  void everyAnswerSaysWhatTheCacheDid() {
    assertThat(cacheStatus(gateway.get("/nowhere"))).isEqualTo("tokenlane; detail=not-asked");
    assertThat(cacheStatus(gateway.get("/v1/models"))).startsWith("tokenlane; fwd=bypass");
  }

  private List<HttpResponse<String>> crowd(String path, Sinks.One<String> gate) {
    List<CompletableFuture<HttpResponse<String>>> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(gateway.sendAsync(gateway.request(path).header("X-Kind", "" + i % 10)));
    }
    Eventually.eventually("a fetch", () -> !gateway.app.calls().isEmpty());
    gate.tryEmitValue("go");
    return crowd.stream().map(CompletableFuture::join).toList();
  }

  @Test
  void aCrowdIsOneFetchForEachVariant() {
    Sinks.One<String> gate = Sinks.one();
    gateway.app.answers(
        (call, response) ->
            gate.asMono()
                .flatMap(
                    go ->
                        response
                            .header("Cache-Control", "max-age=60")
                            .header("Vary", "X-Kind")
                            .sendString(Mono.just("for " + call.header("x-kind")))
                            .then()));

    List<HttpResponse<String>> answers = crowd("/api/crowd", gate);

    for (int i = 0; i < CROWD; i++) {
      assertThat(answers.get(i).body()).isEqualTo("for " + i % 10);
    }
    assertThat(gateway.app.calls()).hasSize(10);
  }

  @Test
  void aCrowdSharesNoCookie() {
    Sinks.One<String> gate = Sinks.one();
    AtomicInteger cookies = new AtomicInteger();
    gateway.app.answers(
        (call, response) ->
            gate.asMono()
                .flatMap(
                    go ->
                        response
                            .header("Cache-Control", "max-age=60")
                            .header("Set-Cookie", "s=" + cookies.incrementAndGet())
                            .sendString(Mono.just("v"))
                            .then()));

    List<HttpResponse<String>> answers = crowd("/api/cookies", gate);

    assertThat(answers).extracting(a -> header(a, "Set-Cookie")).doesNotHaveDuplicates();
    assertThat(gateway.app.calls()).hasSize(CROWD);
  }

  @Test
  void aFetchOutlivesItsClientWhereItsAnswerIsStored() throws IOException {
    Sinks.One<String> gate = Sinks.one();
    gateway.app.answers(
        (call, response) ->
            response
                .header("Cache-Control", "max-age=60")
                .sendString(Flux.just("begun ").concatWith(gate.asMono()))
                .then());
    HttpResponse<InputStream> client = gateway.open(gateway.request("/api/outlives"));

    client.body().close();
    gate.tryEmitValue("and done");

    Eventually.eventually("stored", () -> gateway.bean(AnswerCache.class).flightsUnderWay() == 0);
    assertThat(gateway.get("/api/outlives").body()).isEqualTo("begun and done");
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @Test
  void aBodyAboveTheBoundPassesWithoutBeingKept() {
    String large = "x".repeat(200_000);
    gateway.app.answers(
        (call, response) ->
            response
                .header("Cache-Control", "max-age=60")
                .sendString(Flux.range(0, 20).map(i -> large.substring(0, 10_000)))
                .then());

    assertThat(gateway.get("/api/large").body()).isEqualTo(large);
    assertThat(gateway.get("/api/large").body()).isEqualTo(large);
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @Test
  void aBodyThatIsAnnouncedAboveTheBoundIsNotSaidToBeStored() {
    String large = "x".repeat(40_000);
    app(large, "Cache-Control", "max-age=60", "Content-Length", "40000");

    HttpResponse<String> answer = gateway.get("/api/announced");

    assertThat(answer.body()).isEqualTo(large);
    assertThat(cacheStatus(answer)).isEqualTo("tokenlane; fwd=miss; detail=too-large");
  }

  @Test
  void fieldsNamedByConnectionStayOnTheirConnection() {
    app("v", "Cache-Control", "max-age=60", "Connection", "X-Hop", "X-Hop", "1", "X-End", "2");

    HttpResponse<String> answer = gateway.get("/api/hop");

    assertThat(header(answer, "X-Hop")).isEmpty();
    assertThat(header(answer, "X-End")).isEqualTo("2");
  }
}
