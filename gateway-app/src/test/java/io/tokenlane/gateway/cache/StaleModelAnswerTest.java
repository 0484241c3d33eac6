package io.tokenlane.gateway.cache;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.HttpFields;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Where no node answers, what one has answered before does, where that is wanted. */
final class StaleModelAnswerTest {
  private static final String GREEDY = "{\"temperature\":0,\"messages\":[]}";

  /** As if it had expired: the client accepts only what stays fresh for longer than any answer. */
  private static final String[] ONLY_FRESH = {"Cache-Control", "min-fresh=86400"};

  private final AtomicLong now = new AtomicLong();
  private final AnswerCache cache = new AnswerCache(1 << 20, 1 << 20, now::get);

  private ModelRule rule(Duration staleIfError, HttpFields request) {
    CallKind kind = CallKind.CHAT;
    return new ModelRule(
        cache,
        CallParser.parse(kind, GREEDY.getBytes(StandardCharsets.UTF_8)),
        "key",
        request,
        Duration.ofSeconds(10),
        staleIfError,
        0,
        new HotAnswers(false),
        Optional.empty(),
        new Reading(kind));
  }

  private Answer stored(ModelRule rule) {
    return new Answer(
        "key",
        200,
        HttpFields.NONE,
        ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)),
        rule.judge(200, HttpFields.NONE, java.time.Instant.EPOCH, java.time.Instant.EPOCH)
            .times(now.get()));
  }

  @Test
  void standsInForAsLongAsItIsSet() {
    ModelRule rule = rule(Duration.ofSeconds(60), HttpFields.NONE);
    Answer answer = stored(rule);

    now.set(Duration.ofSeconds(69).toNanos());
    assertThat(rule.standsIn(answer)).isTrue();
    now.set(Duration.ofSeconds(72).toNanos());
    assertThat(rule.standsIn(answer)).isFalse();
  }

  @Test
  void doesNotWhereNobodyWantsIt() {
    Answer answer = stored(rule(Duration.ofSeconds(60), HttpFields.NONE));
    HttpFields anew = HttpFields.of("Cache-Control", "no-cache");

    assertThat(rule(Duration.ZERO, HttpFields.NONE).standsIn(answer)).isFalse();
    assertThat(rule(Duration.ofSeconds(60), anew).standsIn(answer)).isFalse();
  }

  @Test
  void isTheLastOfTheFallbacks() {
    RunningGateway gateway = RunningGateway.fresh();
    gateway.one.answers(FakeUpstream.ok(FakeUpstream.ANSWER));
    gateway.two.answers(FakeUpstream.ok(FakeUpstream.ANSWER));
    assertThat(gateway.chat(GREEDY).statusCode()).isEqualTo(200);
    gateway.one.answers(FakeUpstream.status(503));
    gateway.two.answers(FakeUpstream.status(503));

    HttpResponse<String> answer = gateway.chat(GREEDY, ONLY_FRESH);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(FakeUpstream.ANSWER);
    assertThat(header(answer, "Cache-Status")).contains("stale-if-error");
    String id = header(answer, "X-Request-Id");
    Eventually.eventually("logged", () -> gateway.accessLog().contains(id));
    assertThat(gateway.accessLog().lines().filter(line -> line.contains(id)))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("\"outcome\":\"done\"");
    assertThat(gateway.chat(GREEDY, "Cache-Control", "no-cache").statusCode()).isEqualTo(503);
  }
}
