package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.HttpFields;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A node on a real socket, whose vectors tell what a question is about. */
final class SemanticLevelTest {
  private final FakeUpstream node = new FakeUpstream();
  private final AnswerCache cache = new AnswerCache(1 << 20, 1 << 10, System::nanoTime);
  private final SemanticLevel level =
      new SemanticLevel(
          new SemanticProperties(URI.create(node.uri()), null, 0.9, Duration.ofSeconds(10)), cache);

  SemanticLevelTest() {
    node.answers(
        (call, response) ->
            response
                .sendString(
                    Mono.just(
                        "{\"data\":[{\"embedding\":["
                            + (call.body().contains("tides") ? "1,0.1" : "0.1,1")
                            + "]}]}"))
                .then());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static SemanticLevel.Question question(String tenant, String text, String rest) {
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + rest + "}";
    return SemanticLevel.Question.of(
            "r",
            tenant,
            "/v1/chat/completions",
            CallParser.parse(CallKind.CHAT, body.getBytes(StandardCharsets.UTF_8)))
        .orElseThrow();
  }

  private Optional<Answer> find(String tenant, String text, String rest) {
    return Optional.ofNullable(
            level.find(question(tenant, text, rest), "key of " + tenant + text + rest).block())
        .orElseThrow();
  }

  private void answered(String tenant, String text, String rest) {
    assertThat(find(tenant, text, rest)).isEmpty();
    Answer answer =
        new Answer(
            "g",
            200,
            HttpFields.NONE,
            ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
            Answer.Times.fresh(cache.nowNanos(), Duration.ofMinutes(5)));
    cache.put("key of " + tenant + text + rest, answer, cache.nowNanos());
  }

  @Test
  void anotherWayToAskIsAnsweredWithinTheSameContextAlone() {
    answered("one", "explain tides", "");

    assertThat(find("one", "please explain tides", "")).isPresent();
    assertThat(find("one", "please explain waves", "")).isEmpty();
    assertThat(find("one", "please explain tides of 1900", "")).isEmpty();
    assertThat(find("two", "please explain tides", "")).isEmpty();
    assertThat(find("one", "please explain tides", ",\"max_tokens\":5")).isEmpty();
    assertThat(level.hits()).isEqualTo(1);
    cache.forget("g");
    assertThat(find("one", "please explain tides", "")).isEmpty();
  }

  @Test
  void aNodeThatFailsIsLeftAloneForAWhile() {
    node.answers(FakeUpstream.status(500));
    assertThat(find("one", "explain tides", "")).isEmpty();
    int asked = node.calls().size();
    node.answers(FakeUpstream.reset());
    assertThat(find("one", "explain tides", "")).isEmpty();
    assertThat(find("one", "explain tides", "")).isEmpty();

    assertThat(node.calls().size() - asked).isLessThanOrEqualTo(2);
  }
}
