package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events are read alike however their bytes are split. */
final class ChatEventsTest {
  private static final String STREAM =
      ": comment\n\nevent: x\ndata: {\"a\":\"é😀\"}\n\ndata:one\ndata: two\n\nid: 7\n\ndata: [DONE]\n\n";

  private static final List<String> EVENTS = List.of("{\"a\":\"é😀\"}", "one\ntwo", "[DONE]");

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void atEverySplitPoint(String lineEnd) {
    byte[] bytes = STREAM.replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= bytes.length; i++) {
      for (int j = i; j <= bytes.length; j++) {
        ChatEvents reader = new ChatEvents();
        List<String> read = new ArrayList<>(reader.read(Arrays.copyOfRange(bytes, 0, i)));
        read.addAll(reader.read(Arrays.copyOfRange(bytes, i, j)));
        read.addAll(reader.read(Arrays.copyOfRange(bytes, j, bytes.length)));
        assertThat(read).as("split at %s and %s", i, j).isEqualTo(EVENTS);
      }
    }
  }
}
