package io.tokenlane.gateway;

import java.time.Duration;
import java.util.Random;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How a node answers; the body of the request says it. */
public enum Moods {
  WHOLE,
  STREAM,
  SLOW_STREAM,
  BAD_REQUEST,
  BUSY,
  FAILED,
  UNAVAILABLE,
  CUT_BEFORE,
  CUT_AMID;

  /** One of them. */
  public static Moods any(Random random) {
    return values()[random.nextInt(values().length)];
  }

  private FakeUpstream.Behaviour behaviour() {
    return switch (this) {
      case WHOLE -> FakeUpstream.ok("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}");
      case STREAM -> FakeUpstream.events(Flux.just("data: 1\n\n", "data: [DONE]\n\n"));
      case SLOW_STREAM ->
          FakeUpstream.events(
              Flux.interval(Duration.ofMillis(2)).take(20).map(i -> "data: " + i + "\n\n"));
      case BAD_REQUEST -> FakeUpstream.status(400);
      case BUSY -> FakeUpstream.status(429);
      case FAILED -> FakeUpstream.status(500);
      case UNAVAILABLE -> FakeUpstream.status(503);
      case CUT_BEFORE -> FakeUpstream.reset();
      case CUT_AMID ->
          FakeUpstream.events(
              Flux.just("data: 1\n\n").concatWith(Mono.error(new IllegalStateException("cut"))));
    };
  }

  /** Answers as {@code "how"} in the body says. */
  public static FakeUpstream.Behaviour asTheCallSays() {
    return (call, response) ->
        valueOf(call.body().replaceAll(".*\"how\":\"([A-Z_]+)\".*", "$1"))
            .behaviour()
            .answer(call, response);
  }
}
