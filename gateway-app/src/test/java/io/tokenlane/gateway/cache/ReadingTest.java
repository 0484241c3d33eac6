package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class ReadingTest {
  private static Answer answer(String content) {
    String json =
        "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}"
            .formatted(content);
    return new Answer(
        "g",
        200,
        HttpFields.NONE,
        ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)),
        Answer.Times.fresh(0, Duration.ofSeconds(9)));
  }

  @Test
  void theSameAnswerIsReadOnce() {
    Reading reading = new Reading(CallKind.CHAT);
    Answer one = answer("one");
    Optional<ObjectNode> first = reading.of(one);

    assertThat(first).isPresent();
    assertThat(reading.of(one)).isSameAs(first);
    assertThat(reading.of(answer("two")).toString()).contains("two");
  }
}
