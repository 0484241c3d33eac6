package io.tokenlane.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

/** Events, however their bytes were cut. */
final class WholeEventsTest {
  private static final DataBufferFactory BUFFERS = new DefaultDataBufferFactory();
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":2}}}";

  private static final List<String> EVENTS =
      List.of(
          "data: {\"a\":\"grüße 🌍 \\r\\n\"}",
          ": comment",
          "event: x\ndata: 1\ndata: 2",
          USAGE,
          "data: [DONE]");

  private final List<Usage> used = new ArrayList<>();

  /** The text in pieces that end where these say, and what passes after each. */
  private List<String> pass(byte[] text, boolean keepBack, int... cuts) {
    WholeEvents events = new WholeEvents(keepBack, used::add);
    List<String> passed = new ArrayList<>();
    int from = 0;
    for (int cut : cuts) {
      add(passed, events.pass(part(text, from, cut), BUFFERS));
      from = cut;
    }
    add(passed, events.pass(part(text, from, text.length), BUFFERS));
    add(passed, events.rest(BUFFERS));
    return passed;
  }

  private static DataBuffer part(byte[] text, int from, int to) {
    return BUFFERS.wrap(Arrays.copyOfRange(text, from, to));
  }

  private static void add(List<String> passed, @Nullable DataBuffer chunk) {
    if (chunk != null && chunk.readableByteCount() > 0) {
      passed.add(chunk.toString(StandardCharsets.UTF_8));
    }
  }

  private static String text(String lineEnd) {
    StringBuilder all = new StringBuilder();
    EVENTS.forEach(event -> all.append(event.replace("\n", lineEnd)).append(lineEnd.repeat(2)));
    return all.toString();
  }

  private static String withoutUsage(String lineEnd) {
    return text(lineEnd).replace(USAGE + lineEnd.repeat(2), "");
  }

  private static void assertWhole(List<String> passed, String lineEnd) {
    String blank = lineEnd.repeat(2);
    // A CR LF may be cut in its middle: the LF then opens the next chunk.
    assertThat(passed)
        .allMatch(chunk -> chunk.endsWith(blank) || chunk.endsWith("\r\n\r") || chunk.equals("\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void everyPairOfCutsGivesTheSameWholeEvents(String lineEnd) {
    byte[] text = text(lineEnd).getBytes(StandardCharsets.UTF_8);
    for (int first = 0; first <= text.length; first++) {
      for (int second = first; second <= text.length; second += 7) {
        used.clear();
        List<String> passed = pass(text, true, first, second);

        assertThat(String.join("", passed))
            .as("cut at %d and %d", first, second)
            .isEqualTo(withoutUsage(lineEnd));
        assertWhole(passed, lineEnd);
        assertThat(used).containsExactly(new Usage(7, 2, 3, true));
      }
    }
  }

  @Test
  void anyCutsGiveTheSameBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      String lineEnd = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
      byte[] text = text(lineEnd).getBytes(StandardCharsets.UTF_8);
      int[] cuts = random.ints(random.nextInt(30), 0, text.length + 1).sorted().toArray();
      boolean keepBack = random.nextBoolean();

      assertThat(String.join("", pass(text, keepBack, cuts)))
          .as("seed %d round %d", seed, round)
          .isEqualTo(keepBack ? withoutUsage(lineEnd) : text(lineEnd));
    }
  }

  @Test
  void countsEvents() {
    WholeEvents events = new WholeEvents(false, used::add);
    for (byte b : text("\r\n").getBytes(StandardCharsets.UTF_8)) {
      events.pass(BUFFERS.wrap(new byte[] {b}), BUFFERS);
    }
    assertThat(events.events()).isEqualTo(EVENTS.size());
  }

  static Stream<String> usages() {
    return Stream.of(
        "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
        "{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}",
        "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}");
  }

  @ParameterizedTest
  @MethodSource("usages")
  void readsTheUsageOfAllInterfaces(String json) {
    pass(("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8), false);

    assertThat(used).containsExactly(new Usage(1, 0, 2, true));
  }

  @Test
  void textThatSpeaksOfUsageIsNoUsage() {
    String text = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\": 1\"}}]}\n\n";

    assertThat(pass(text.getBytes(StandardCharsets.UTF_8), true)).containsExactly(text);
    assertThat(used).isEmpty();
  }

  @Test
  void theEndOfABrokenStreamGoesOnToo() {
    assertThat(pass("data: 1\n\ndata: {\"cut".getBytes(StandardCharsets.UTF_8), true, 3))
        .containsExactly("data: 1\n\n", "data: {\"cut");
  }
}
