package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

class JsonBodyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  record Failure(Runnable cause, HttpStatus status, String code) {}

  static Stream<Failure> failures() {
    return Stream.of(
        new Failure(JsonBodyTest::recurse, HttpStatus.BAD_REQUEST, "too_deep"),
        new Failure(
            () -> {
              throw new OutOfMemoryError("Java heap space");
            },
            HttpStatus.SERVICE_UNAVAILABLE,
            "out_of_memory"),
        new Failure(
            () -> JsonMapper.shared().readTree("1" + "0".repeat(400)).doubleValue(),
            HttpStatus.BAD_REQUEST,
            "invalid_value"));
  }

  @SuppressWarnings("InfiniteRecursion")
  private static void recurse() {
    recurse();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatARequestBringsDownIsAnswered(Failure failure) {
    Mono<Object> answer =
        Mono.just(failure)
            .publishOn(Schedulers.parallel())
            .flatMap(
                given ->
                    JsonBody.answered(
                        () -> {
                          given.cause().run();
                          return Mono.empty();
                        }));
    assertThatThrownBy(() -> answer.block(PATIENCE))
        .isInstanceOfSatisfying(
            ApiException.class,
            error -> {
              assertThat(error.status()).isEqualTo(failure.status());
              assertThat(error.code()).isEqualTo(failure.code());
              assertThat(error.getMessage()).contains("(expected: ");
            });
  }
}
