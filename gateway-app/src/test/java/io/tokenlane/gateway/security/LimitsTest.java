package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Limits per key and tenant, on the running gateway. */
final class LimitsTest {
  private final SecuredGateway gateway = SecuredGateway.one();

  @BeforeEach
  void forget() {
    gateway.node.forget();
    gateway.app.forget();
  }

  private static String question(String text, int maxTokens) {
    return "{\"model\":\"m\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
        .formatted(maxTokens, text);
  }

  private static String field(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void theThirdRequestOfAMinuteIsRefusedForThisKeyAlone() throws IOException {
    String key = gateway.key("two-requests");

    assertThat(field(gateway.get("/api/x", "api-key", key), "x-ratelimit-remaining-requests"))
        .isEqualTo("1");
    assertThat(gateway.chat(question("a", 1), "api-key", key).statusCode()).isEqualTo(200);
    HttpResponse<String> refused = gateway.chat(question("b", 1), "api-key", key);

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body())
        .contains("rate_limit_exceeded")
        .contains("Limit two-requests, requests_per_minute: 1 needed, 0 of 2 left. Try again in ");
    assertThat(Integer.parseInt(field(refused, "Retry-After"))).isBetween(1, 31);
    assertThat(field(refused, "x-ratelimit-limit-requests")).isEqualTo("2");
    assertThat(gateway.node.calls()).hasSize(1);
    assertThat(gateway.get("/api/x", "api-key", gateway.key("two-requests")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void tokensExpectedAreTakenAndThoseNotUsedComeBack() throws IOException {
    gateway.node.answers(
        FakeUpstream.ok("{\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":10}}"));
    String key = gateway.key("thousand-tokens");

    for (int i = 0; i < 5; i++) {
      // The last call is settled when its last byte is out, which its client may know first.
      String next = question("q" + i, 900);
      Eventually.eventually(
          "room for one more", () -> gateway.chat(next, "api-key", key).statusCode() == 200);
    }
    HttpResponse<String> tooMuch = gateway.chat(question("never", 1001), "api-key", key);

    assertThat(tooMuch.statusCode()).isEqualTo(429);
    assertThat(tooMuch.body()).contains("It would never fit.");
    assertThat(field(tooMuch, "Retry-After")).isEmpty();
    assertThat(gateway.node.calls()).hasSize(5);
  }

  @Test
  void aStreamWhoseClientLeavesCostsWhatItHasSaid() throws IOException {
    String event = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    gateway.node.answers(FakeUpstream.events(Flux.just(event).concatWith(Flux.never())));
    String key = gateway.key("thousand-tokens");
    String call = "{\"stream\":true," + question("long", 900).substring(1);

    gateway.leave(call, event.length(), "api-key", key);
    gateway.node.answers(FakeUpstream.ok("{}"));

    Eventually.eventually(
        "room for another one",
        () -> gateway.chat(question("next", 900), "api-key", key).statusCode() == 200);
  }

  @Test
  void aRefusedRequestCostsNothing() throws IOException {
    String key = gateway.key("thousand-tokens");

    for (int i = 0; i < 20; i++) {
      assertThat(gateway.chat(question("x", 5000), "api-key", key).statusCode()).isEqualTo(429);
    }
    assertThat(gateway.chat(question("x", 800), "api-key", key).statusCode()).isEqualTo(200);
  }

  @Test
  void aSpentBudgetIsNoRateLimit() throws IOException {
    gateway.node.answers(
        FakeUpstream.ok("{\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":2000000}}"));
    String key = gateway.key("one-coin");

    assertThat(gateway.chat(question("cheap", 1), "api-key", key).statusCode()).isEqualTo(200);
    Eventually.eventually(
        "the budget is spent",
        () -> gateway.chat(question("more", 1), "api-key", key).statusCode() == 429);
    HttpResponse<String> refused = gateway.chat(question("more", 1), "api-key", key);

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body()).contains("insufficient_quota").contains("cost_per_month");
    assertThat(gateway.chat(question("m", 1), "api-key", gateway.key("one-coin")).statusCode())
        .as("the tenant's other key shares its budget")
        .isEqualTo(429);
  }

  @Test
  void oneAtOnceMeansOneAtOnce() throws IOException {
    Sinks.Empty<Void> release = Sinks.empty();
    gateway.app.answers((call, response) -> release.asMono().then(response.send()));
    String key = gateway.key("one-at-once");
    CompletableFuture<HttpResponse<String>> first =
        CompletableFuture.supplyAsync(() -> gateway.get("/api/slow", "api-key", key));
    Eventually.eventually("the first is with the app", () -> gateway.app.calls().size() == 1);

    HttpResponse<String> second = gateway.get("/api/slow", "api-key", key);
    release.tryEmitEmpty();

    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.body()).contains("all 1 requests at once are open");
    assertThat(first.join().statusCode()).isEqualTo(200);
    gateway.app.forget();
    Eventually.eventually(
        "the place is free", () -> gateway.get("/api/x", "api-key", key).statusCode() == 200);
  }
}
