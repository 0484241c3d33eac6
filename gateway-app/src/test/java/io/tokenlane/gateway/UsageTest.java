package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What a stream cost is always asked of the node, and told to who asked. */
final class UsageTest {
  private static final String TEXT =
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void answers(Flux<String> events) {
    gateway.one.answers(FakeUpstream.events(events));
    gateway.two.answers(FakeUpstream.events(events));
  }

  private String sent() {
    List<FakeUpstream.Call> calls =
        Stream.concat(gateway.one.calls().stream(), gateway.two.calls().stream()).toList();
    return calls.getFirst().body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":true}",
        " {\"stream\":true,\"messages\":[]}",
        "{\"stream\":true,\"stream_options\":{}}",
        "{\"stream\":true,\"stream_options\":null}",
        "{\"stream\":true,\"stream_options\":{\"include_usage\":false}}",
      })
  void isAskedForAndKeptBack(String body) {
    answers(Flux.just(TEXT, USAGE, DONE));

    HttpResponse<String> answer = gateway.chat(body);

    assertThat(answer.body()).isEqualTo(TEXT + DONE);
    assertThat(sent().replace(" ", "")).contains("\"stream_options\":{\"include_usage\":true}");
  }

  @Test
  void isToldToWhoAsks() {
    answers(Flux.just(TEXT, USAGE, DONE));
    String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

    assertThat(gateway.chat(body).body()).isEqualTo(TEXT + USAGE + DONE);
    assertThat(sent()).isEqualTo(body);
  }

  @Test
  void isKeptBackWhereverTheNodesChunksAreCut() {
    String all = TEXT + USAGE + DONE;
    int cut = all.length() - DONE.length() - 9;
    answers(Flux.just(all.substring(0, cut), all.substring(cut)));

    assertThat(gateway.chat("{\"stream\":true}").body()).isEqualTo(TEXT + DONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"stream\":true}", "{\"stream\":true,\"temperature\":0,\"seed\":4711}"})
  void ofAStreamWhoseClientLeavesIsEstimatedAndSaysSo(String body) throws IOException {
    answers(Flux.just(TEXT, TEXT, TEXT).concatWith(Flux.never()));
    String id = "left-" + System.nanoTime();

    try (InputStream events = gateway.open(gateway.chatRequest(body, "x-request-id", id)).body()) {
      events.readNBytes(3 * TEXT.length());
    }

    Eventually.eventually(
        "a line in the log",
        () ->
            gateway
                .accessLog()
                .lines()
                .filter(line -> line.contains(id))
                .anyMatch(
                    line ->
                        line.contains("\"outcome\":\"cancelled\"")
                            && line.contains("\"output_tokens\":3,\"estimated\":true")));
    Eventually.eventually("nothing in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void heartbeatsHaveToBeANumberOfSeconds() {
    HttpResponse<String> refused = gateway.chat("{}", "x-tokenlane-heartbeat", "soon");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("expected: 1 to 9999");
  }

  @Test
  void heartbeatsComeBetweenEventsAndAreNotStored() throws IOException {
    Sinks.One<String> done = Sinks.one();
    answers(Flux.just(TEXT).concatWith(done.asMono()));
    String greedy = "{\"stream\":true,\"temperature\":0}";

    String rest;
    try (InputStream body =
        gateway.open(gateway.chatRequest(greedy, "x-tokenlane-heartbeat", "1")).body()) {
      String begun = TEXT + ": heartbeat\n\n";
      assertThat(new String(body.readNBytes(begun.length()), StandardCharsets.UTF_8))
          .isEqualTo(begun);
      done.tryEmitValue(DONE);
      rest = new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
    HttpResponse<String> stored = gateway.chat(greedy);

    assertThat(rest.replace(": heartbeat\n\n", "")).isEqualTo(DONE);
    assertThat(header(stored, "Cache-Status")).contains("hit");
    assertThat(stored.body())
        .contains("\"content\":\"a\"")
        .doesNotContain("heartbeat")
        .endsWith(DONE);
  }
}
