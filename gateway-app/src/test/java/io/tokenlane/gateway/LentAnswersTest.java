package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Flight;
import io.tokenlane.prefetch.cache.Turn;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who waits for another's fetch, which ends with something stored: may it be given that? */
final class LentAnswersTest {
  private final RunningGateway gateway = RunningGateway.fresh();
  private final AnswerCache cache = gateway.bean(AnswerCache.class);

  private static void settle(Flight flight, String how, String key, Answer answer) {
    switch (how) {
      case "restored" -> flight.restore(key, answer);
      case "lent" -> flight.lend(key, answer);
      default -> flight.standIn(key, answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "restored, 0, '', OLD",
    "restored, 0, no-cache, NEW",
    "restored, 5, max-age=1, NEW",
    "lent, 0, '', OLD",
    "lent, 0, no-cache, NEW",
    "stood in, 700, '', NEW",
    "stood in, 700, stale-if-error=900, OLD",
  })
  void isGivenWhatItsOwnRequestAllows(String how, String age, String control, String expected) {
    String path = "/api/lent-" + how.hashCode() + age + control.hashCode();
    gateway.app.answers(FakeUpstream.with("OLD", "Cache-Control", "max-age=600", "Age", age));
    gateway.get(path);
    Map.Entry<String, Answer> stored = cache.hottest().entrySet().iterator().next();
    cache.clear();
    gateway.app.answers(FakeUpstream.with("NEW", "Cache-Control", "max-age=600"));
    Flight flight = ((Turn.Lead) cache.turn(stored.getKey(), a -> true)).flight();
    CompletableFuture<HttpResponse<String>> waiter =
        gateway.sendAsync(gateway.request(path).header("Cache-Control", control));
    Eventually.eventually("waits", flight::waitedFor);

    settle(flight, how, stored.getKey(), stored.getValue());

    assertThat(waiter.join().body()).isEqualTo(expected);
  }
}
