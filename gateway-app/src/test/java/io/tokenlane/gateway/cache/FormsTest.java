package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.Usage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One answer in two forms. */
final class FormsTest {
  private static final List<String> WORDS =
      List.of("a", " grüße", "\n\n", " 🌍", "\"q\"", "  x  ", "data: [DONE]", "\\", "{}");

  private static ByteBuffer joined(List<ByteBuffer> events) {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    events.forEach(event -> all.put(event.duplicate()));
    return all.flip();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }

  private static ObjectNode answer(CallKind kind, Random random) {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    whole.put("id", "x" + random.nextInt()).put("created", 7).put("model", "m");
    whole.put("object", kind == CallKind.CHAT ? "chat.completion" : "text_completion");
    ArrayNode choices = whole.putArray("choices");
    for (int i = 0; i <= random.nextInt(3); i++) {
      ObjectNode choice = choices.addObject().put("index", i);
      if (kind == CallKind.CHAT) {
        message(choice, random);
      } else {
        choice.put("text", random.nextInt(3) == 0 ? "" : text(random));
        if (random.nextBoolean()) {
          choice.putObject("logprobs").putArray("token_logprobs").add(-0.5).add(-1.5);
        }
      }
      choice.put("finish_reason", random.nextBoolean() ? "stop" : "length");
    }
    ObjectNode usage = whole.putObject("usage").put("prompt_tokens", 3);
    usage.putObject("completion_tokens_details").put("reasoning_tokens", random.nextInt(9));
    return whole;
  }

  private static void message(ObjectNode choice, Random random) {
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    boolean scored = random.nextBoolean();
    int form = random.nextInt(6);
    if (form < 4 && scored) {
      score(choice, "<tool", "{}");
    }
    if (form == 0) {
      message.putNull("content").put("reasoning_content", text(random));
      return;
    }
    if (form == 1) {
      message.putNull("content").putObject("function_call").put("name", "f").put("arguments", "{}");
      return;
    }
    if (form < 4) {
      message.putNull("content");
      ArrayNode calls = message.putArray("tool_calls");
      for (int i = 0; i <= random.nextInt(2); i++) {
        ObjectNode call = calls.addObject().put("id", "c" + i).put("type", "function");
        call.putObject("function").put("name", "f").put("arguments", "{\"a\": " + i + "}");
      }
      return;
    }
    String first = text(random);
    String second = text(random);
    message.put("content", first + second);
    if (random.nextBoolean()) {
      message.put("reasoning_content", text(random));
    }
    if (scored) {
      score(choice, first, second);
    }
  }

  private static void score(ObjectNode choice, String first, String second) {
    ArrayNode tokens = choice.putObject("logprobs").putArray("content");
    tokens.addObject().put("token", first).put("logprob", -0.5);
    tokens.addObject().put("token", second).put("logprob", -1.5);
  }

  @Test
  void logprobsOfAnAnswerWithoutTextComeWithItsFirstCall() {
    ObjectNode whole =
        CallParser.parse(
                CallKind.CHAT,
                """
                {"choices": [{"message": {"content": null, "tool_calls": [{"id": "a"}, {"id": "b"}]},
                 "logprobs": {"content": [{"token": "x"}]}, "finish_reason": "tool_calls"}]}\
                """
                    .getBytes(StandardCharsets.UTF_8))
            .body();

    assertThat(StreamWriter.events(CallKind.CHAT, whole, false, false))
        .map(event -> StandardCharsets.UTF_8.decode(event).toString())
        .filteredOn(event -> event.contains("logprobs"))
        .singleElement()
        .asString()
        .contains("{\"index\":0,\"id\":\"a\"}");
  }

  @ParameterizedTest
  @CsvSource({"CHAT, true", "CHAT, false", "COMPLETION, true", "COMPLETION, false"})
  void aStreamOfAnAnswerIsThatAnswer(CallKind kind, boolean small) {
    for (int seed = 0; seed < 300; seed++) {
      ObjectNode whole = answer(kind, new Random(seed));
      ByteBuffer json = ByteBuffer.wrap(CallParser.write(whole));
      assertThat(StreamWriter.readable(kind, json)).isPresent();

      ByteBuffer told = joined(StreamWriter.events(kind, whole, true, small));

      assertThat(StreamReader.whole(kind, told, Optional.empty()))
          .as("seed %d: %s", seed, StandardCharsets.UTF_8.decode(told.duplicate()))
          .contains(CallParser.parse(kind, CallParser.write(whole)).body());
    }
  }

  @Test
  void theUsageThatTheGatewayKnowsIsTold() {
    ObjectNode whole = answer(CallKind.CHAT, new Random(1));
    ByteBuffer told = joined(StreamWriter.events(CallKind.CHAT, whole, false, false));

    assertThat(StreamReader.whole(CallKind.CHAT, told, Optional.of(new Usage(5, 2, 3, true))))
        .hasValueSatisfying(
            read ->
                assertThat(read.get("usage").toString())
                    .isEqualTo(
                        "{\"prompt_tokens\":5,\"completion_tokens\":3,\"total_tokens\":8,"
                            + "\"prompt_tokens_details\":{\"cached_tokens\":2}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
        "data: [DONE]",
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]} ~ data: [DONE]",
        "data: {\"error\":{}} ~ data: [DONE]",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]} ~ data: {\"cut ~ data: [DONE]",
        "data: [DONE] ~ data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
      })
  void whatIsNotCompleteIsNone(String lines) {
    ByteBuffer events =
        ByteBuffer.wrap(lines.replace(" ~ ", "\n\n").getBytes(StandardCharsets.UTF_8));

    assertThat(StreamReader.whole(CallKind.CHAT, events, Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"message\":{},\"finish_reason\":null}]}",
        "{\"error\":1,\"choices\":[{\"message\":{},\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}",
        "[1]",
      })
  void whatIsNoAnswerHasNoEvents(String json) {
    ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));

    assertThat(StreamWriter.readable(CallKind.CHAT, bytes)).isEmpty();
  }
}
