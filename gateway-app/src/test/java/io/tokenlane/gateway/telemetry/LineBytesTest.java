package io.tokenlane.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.telemetry.LineBytes.Name;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lines are JSON that others read, whatever stands in them. */
final class LineBytesTest {
  private static final Name A = new Name("a");
  private static final Name B = new Name("b");

  private final LineBytes line = new LineBytes();

  private String written() {
    ByteBuffer bytes = line.bytes();
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private JsonNode read() {
    return JsonMapper.shared().readTree(written());
  }

  @Test
  void everyCharacterIsReadAsItWas() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < Character.MAX_VALUE; c++) {
      if (!Character.isSurrogate(c)) {
        all.append(c);
      }
    }
    String text = all.append("\ud83d\ude00").toString();

    line.begin();
    line.text(A, text);
    line.end();

    assertThat(read().path("a").asString()).isEqualTo(text);
    assertThat(written().chars()).allMatch(c -> c >= ' ' && c < 0x7f);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 7, 10, 99, 100, -1, Long.MAX_VALUE, Long.MIN_VALUE})
  void numbersAreReadAsTheyWere(long number) {
    line.begin();
    line.number(A, number);
    line.truth(B, number > 0);
    line.end();

    assertThat(read().path("a").asLong()).isEqualTo(number);
    assertThat(read().path("b").asBoolean()).isEqualTo(number > 0);
  }

  @Test
  void timesHaveTwoDecimals() {
    line.begin();
    line.millis(A, 12_345_678);
    line.millis(B, 4_999);
    line.end();
    line.newline();

    assertThat(written()).isEqualTo("{\"a\":12.35,\"b\":0.00}\n");
  }
}
