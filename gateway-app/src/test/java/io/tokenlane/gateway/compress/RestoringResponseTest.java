package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import reactor.core.publisher.Flux;

final class RestoringResponseTest {
  private static final Names NAMES = new Names(Map.of('가', "the \"whole\" phrase", '각', "가"));

  private static String sent(MediaType type, List<byte[]> chunks) {
    return sent(type, chunks, false);
  }

  private static String sent(MediaType type, List<byte[]> chunks, boolean json) {
    MockServerHttpResponse response = new MockServerHttpResponse();
    response.getHeaders().setContentType(type);
    response.getHeaders().setContentLength(7);
    Flux<DataBuffer> body =
        Flux.fromIterable(chunks).map(DefaultDataBufferFactory.sharedInstance::wrap);
    new RestoringResponse(response, NAMES, json).writeWith(body).block();
    assertThat(response.getHeaders().getContentLength()).isEqualTo(-1);
    return Objects.requireNonNull(response.getBodyAsString().block());
  }

  private static List<byte[]> chunks(String text, SplittableRandom random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<byte[]> chunks = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(9));
      chunks.add(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
    return chunks;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20261122})
  void namesInEventsAreWrittenOutWhereverChunksEnd(long seed) {
    String events =
        """
        : comment 가

        data: {"id":"가","choices":[{"delta":{"content":"a 가 b"}}]}\r
        \r
        data: {"choices":[{"delta":{"content":" \\uac00"}}]}

        data: {"choices":[{"delta":{"content":" 각"}}]}

        data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\\"q\\":\\"가\\"}"}}]}}]}

        data: {"choices":[]}

        data: [DONE]

        """;
    String sent = sent(MediaType.TEXT_EVENT_STREAM, chunks(events, new SplittableRandom(seed)));
    assertThat(sent)
        .startsWith(": comment 가\n\ndata: {\"id\":\"가\"")
        .contains("{\"content\":\"a the \\\"whole\\\" phrase b\"}")
        .contains("[{\"delta\":{\"content\":\" the \\\"whole\\\" phrase\"}}]")
        .contains("{\"content\":\" 가\"}")
        .contains("{\\\"q\\\":\\\"the \\\\\\\"whole\\\\\\\" phrase\\\"}")
        .endsWith("data: {\"choices\":[]}\n\ndata: [DONE]\n\n");
  }

  @Test
  void namesInJsonAreWrittenOut() {
    String answer =
        "{\"choices\":[{\"message\":{\"content\":\"가!\",\"x\":\"가\"}},{\"text\":\"가\"}]}";
    assertThat(sent(MediaType.APPLICATION_JSON, chunks(answer, new SplittableRandom(5))))
        .isEqualTo(
            "{\"choices\":[{\"message\":{\"content\":\"the \\\"whole\\\" phrase!\",\"x\":\"가\"}},"
                + "{\"text\":\"the \\\"whole\\\" phrase\"}]}");
  }

  /** Each text of a message by its member; JSON is still JSON. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "false | `{'content':'가 b'}` | `{'content':'the ^'whole^' phrase b'}`",
        "true | `{'content':'{^'q^':^'가 b^'}'}` | `{'content':'{^'q^':^'the"
            + " ^^^'whole^^^' phrase b^'}'}`",
        "true | `{'refusal':'가 b'}` | `{'refusal':'the ^'whole^' phrase b'}`",
        "false | `{'reasoning':'가 b'}` | `{'reasoning':'the ^'whole^' phrase b'}`",
        "false | `{'function_call':{'arguments':'[^'가 b^']'}}` |"
            + " `{'function_call':{'arguments':'[^'the ^^^'whole^^^' phrase b^']'}}`",
        "true | `{'tool_calls':[{'custom':{'input':'가 b'}}]}` |"
            + " `{'tool_calls':[{'custom':{'input':'the ^'whole^' phrase b'}}]}`"
      })
  void namesAreWrittenOutInEachTextOfAMessage(boolean json, String came, String goes) {
    for (String member : List.of("message", "delta")) {
      boolean stream = member.equals("delta");
      String frame = (stream ? "data: " : "") + "{'choices':[{'" + member + "':%s}]}\n\n";
      String answer = frame.formatted(came).replace('\'', '"').replace('^', '\\');
      String expected = frame.formatted(goes).replace('\'', '"').replace('^', '\\');
      MediaType type = stream ? MediaType.TEXT_EVENT_STREAM : MediaType.APPLICATION_JSON;
      assertThat(sent(type, chunks(answer, new SplittableRandom(3)), json).strip())
          .isEqualTo(expected.strip());
    }
  }

  private static String event(String content) {
    return "data: {\"choices\":[{\"delta\":{\"content\":\"" + content + "\"}}]}\n\n";
  }

  private static String events(String... contents) {
    return Stream.of(contents).map(RestoringResponseTest::event).collect(Collectors.joining());
  }

  @ParameterizedTest
  @ValueSource(strings = {"가 격", "가각", "물가!", "a 가, 각 and 나 b"})
  void anAnswerInTheScriptOfTheNamesIsLeftAsItCame(String text) {
    String answer = "{\"choices\":[{\"message\":{\"content\":\"" + text + "\"}}]}";
    assertThat(sent(MediaType.APPLICATION_JSON, chunks(answer, new SplittableRandom(7))))
        .isEqualTo(answer);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void wordsOfThatScriptInEventsAreLeftAsTheyCame(long seed) {
    String events = events("The", " ", "가", "격", "은 ", "가", " 하다", "!") + "data: [DONE]\n\n";
    assertThat(sent(MediaType.TEXT_EVENT_STREAM, chunks(events, new SplittableRandom(seed))))
        .isEqualTo(events);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: [DONE]\n\n",
        "",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"각하\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\" b\"}}]}\n\n"
      })
  void aNameAtTheEndOfAnEventIsWrittenOutWhereNoLetterFollows(String rest) {
    String sent =
        sent(
            MediaType.TEXT_EVENT_STREAM,
            chunks(event("see 가") + rest, new SplittableRandom(rest.length())));
    assertThat(sent).isEqualTo(event("see the \\\"whole\\\" phrase") + rest);
  }

  @Test
  void aWordIsNotPartedByWhatIsNoText() {
    String events =
        (event("가") + event("격")).replace("\"}}]}", "\",\"reasoning_content\":null}}]}");
    assertThat(sent(MediaType.TEXT_EVENT_STREAM, chunks(events, new SplittableRandom(9))))
        .isEqualTo(events);
  }

  @Test
  void choicesAreReadApart() {
    String other = "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"격\"}}]}\n\n";
    String sent =
        sent(
            MediaType.TEXT_EVENT_STREAM,
            chunks(event("가") + other + event(" b"), new SplittableRandom(8)));
    assertThat(sent).isEqualTo(event("the \\\"whole\\\" phrase") + other + event(" b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"choices\": [ {\"text\":\"none\"} ]}", "not JSON 가", "[\"가\"]"})
  void whatHoldsNoNamesPassesAsItCame(String answer) {
    assertThat(sent(MediaType.APPLICATION_JSON, chunks(answer, new SplittableRandom(6))))
        .isEqualTo(answer);
  }
}
