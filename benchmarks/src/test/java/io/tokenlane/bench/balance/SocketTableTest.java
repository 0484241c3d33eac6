package io.tokenlane.bench.balance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketTableTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "even", "even 0.7", "slower,weights"})
  void scenariosAreNamedByParts(String only) {
    assertThatCode(() -> SocketTable.requireKnown(only)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evn", "even,evn", "even, weights"})
  void whatNoneIsCalledIsRefused(String only) {
    assertThatThrownBy(() -> SocketTable.requireKnown(only))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--scenario=", "expected", "even 0.7");
  }
}
