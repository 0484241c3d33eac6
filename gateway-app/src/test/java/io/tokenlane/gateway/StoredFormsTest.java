package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** One stored answer serves both forms of a call. */
final class StoredFormsTest {
  private static final String WHOLE =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{"
          + "\"role\":\"assistant\",\"content\":\"one two three\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3,\"total_tokens\":4}}";

  private final RunningGateway gateway = RunningGateway.fresh();

  private static String call(String rest) {
    return "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + rest + "}";
  }

  private void nodesAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  private int nodeCalls() {
    return gateway.one.calls().size() + gateway.two.calls().size();
  }

  @Test
  void whatCameInOnePieceIsToldAsAStream() {
    nodesAnswer(FakeUpstream.ok(WHOLE));
    gateway.chat(call(""));

    HttpResponse<String> streamed = gateway.chat(call(",\"stream\":true"));
    HttpResponse<String> counted =
        gateway.chat(call(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

    assertThat(header(streamed, "Cache-Status")).startsWith("tokenlane; hit");
    assertThat(header(streamed, "Content-Type")).startsWith("text/event-stream");
    assertThat(streamed.body())
        .contains("\"content\":\"one two three\"")
        .contains("\"finish_reason\":\"stop\"")
        .doesNotContain("prompt_tokens")
        .endsWith("data: [DONE]\n\n");
    assertThat(counted.body()).contains("\"choices\":[],\"usage\":{\"prompt_tokens\":1");
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @Test
  void whatCameAsAStreamIsToldInOnePiece() {
    nodesAnswer(
        FakeUpstream.events(
            Flux.just(
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                    + "\"content\":\"a\"},\"finish_reason\":null}]}\n\n",
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"},"
                    + "\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}"
                    + "\n\n",
                "data: [DONE]\n\n")));
    gateway.chat(call(",\"stream\":true"));

    HttpResponse<String> whole = gateway.chat(call(""));

    assertThat(header(whole, "Cache-Status")).startsWith("tokenlane; hit");
    assertThat(header(whole, "Content-Type")).isEqualTo("application/json");
    assertThat(whole.body())
        .contains("\"message\":{\"role\":\"assistant\",\"content\":\"ab\"}")
        .contains("\"prompt_tokens\":5,\"completion_tokens\":2");
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @Test
  void aPaceTellsItInPieces() {
    nodesAnswer(FakeUpstream.ok(WHOLE));
    gateway.chat(call(""));

    String paced = gateway.chat(call(",\"stream\":true"), "x-tokenlane-cache", "pace=1000").body();

    assertThat(paced)
        .contains("\"content\":\"one\"", "\"content\":\" two\"", "\"content\":\" three\"")
        .endsWith("data: [DONE]\n\n");
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pace=x", "pace=99999", "sometimes", "refresh, never"})
  void aWishThatIsNotKnownIsRefused(String wish) {
    HttpResponse<String> answer = gateway.chat(call(""), "x-tokenlane-cache", wish);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(wish, "expected: bypass, refresh, only or pace=0");
  }

  @Test
  void aSeedAloneIsNotGreedy() {
    nodesAnswer(FakeUpstream.ok(WHOLE));

    HttpResponse<String> seeded = gateway.chat("{\"messages\":[],\"seed\":1}");

    assertThat(header(seeded, "Cache-Status")).contains("fwd=bypass; detail=temperature");
  }

  @Test
  void anOperatorForgetsByTenantRouteAndAll() {
    nodesAnswer(FakeUpstream.ok(WHOLE));
    gateway.chat(call(""));
    assertThat(purge("?by=route&value=other").body()).contains("\"purged\":0");
    assertThat(purge("?by=route&value=tokenlane-nodes").body()).contains("\"purged\":1");
    gateway.chat(call(""));
    assertThat(nodeCalls()).isEqualTo(2);
    assertThat(purge("?by=all").body()).contains("\"purged\":");
    gateway.chat(call(""));
    assertThat(nodeCalls()).isEqualTo(3);
    assertThat(purge("?by=colour&value=red").statusCode()).isEqualTo(400);
    assertThat(purge("?by=tenant").body()).contains("value: missing");
  }

  private HttpResponse<String> purge(String query) {
    return gateway.forget("/actuator/cache" + query);
  }
}
