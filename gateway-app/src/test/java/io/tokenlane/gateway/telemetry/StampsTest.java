package io.tokenlane.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times in log lines. */
final class StampsTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-27T14:05:09Z, 2026-11-27T14:05:09.000000Z",
    "2026-11-27T14:05:09.000123999Z, 2026-11-27T14:05:09.000123Z",
    "2026-11-27T14:05:00.5Z, 2026-11-27T14:05:00.500000Z",
    "1969-12-31T23:59:59.999999Z, 1969-12-31T23:59:59.999999Z",
  })
  void areWrittenToTheMicrosecond(String at, String expected) {
    assertThat(Stamps.of(Instant.parse(at))).isEqualTo(expected);
  }

  @Test
  void areTheSameTimesAgain() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      Instant at = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1_000L);
      assertThat(Instant.parse(Stamps.of(at))).isEqualTo(at);
      assertThat(Stamps.of(at)).hasSize(27);
    }
  }
}
