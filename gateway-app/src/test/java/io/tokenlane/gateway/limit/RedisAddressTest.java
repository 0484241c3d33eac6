package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:se cret@host:6379",
        "redis://:se%cret@host",
        "redis://:se^cret@host",
        "redis://:se#cret@host:6379",
        "redis://:se/cret@host",
        "redis://:se@cret@host",
        "redis://:secret@host:99999",
        "redis://:secret@host/none",
        "redis://:secret@",
        "http://:secret@host",
      })
  void whatIsMalformedIsNotRepeated(String uri) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RedisProperties(uri, Duration.ofMillis(5)))
        .withNoCause()
        .withMessage(
            "uri: malformed (expected: redis://host:port; a password before the host"
                + " percent-encoded)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://host",
        "redis://my_redis:6379",
        "rediss://host:6380/3",
        "redis://:p%40ss%2Fword@host:6379",
        "redis://password@host",
        "redis://user:pass@10.0.0.1:6379/0?timeout=1s",
        "redis://[::1]:6379",
      })
  void addressesAreRead(String uri) {
    assertThat(new RedisProperties(uri, Duration.ofMillis(5)).uri()).isEqualTo(uri);
  }
}
