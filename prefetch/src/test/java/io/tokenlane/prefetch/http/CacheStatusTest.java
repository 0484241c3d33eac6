package io.tokenlane.prefetch.http;

import static io.tokenlane.prefetch.http.CacheStatus.Forward.BYPASS;
import static io.tokenlane.prefetch.http.CacheStatus.Forward.MISS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9211 §2. */
final class CacheStatusTest {

  static Stream<Arguments> members() {
    return Stream.of(
        Arguments.of("§2.1", CacheStatus.hit(290), "tokenlane; hit; ttl=290"),
        Arguments.of("§2.2", CacheStatus.forward(MISS), "tokenlane; fwd=miss"),
        Arguments.of(
            "§2.5", CacheStatus.forward(MISS).asStored(60), "tokenlane; fwd=miss; ttl=60; stored"),
        Arguments.of("§2.6", CacheStatus.hit(3).asCollapsed(), "tokenlane; hit; ttl=3; collapsed"),
        Arguments.of(
            "§2.8",
            CacheStatus.forward(BYPASS).withDetail("temperature"),
            "tokenlane; fwd=bypass; detail=temperature"));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("members")
  void renders(String section, CacheStatus status, String expected) {
    assertThat(status.render()).isEqualTo(expected);
  }
}
