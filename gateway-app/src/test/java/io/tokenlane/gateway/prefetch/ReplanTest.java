package io.tokenlane.gateway.prefetch;

import static io.tokenlane.gateway.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Another plan for a gateway that runs. */
final class ReplanTest {
  private static final String CONTENT = "{\"q\":\"all\"}";

  private final RunningGateway gateway = RunningGateway.fresh();

  private String ask() {
    var question = gateway.request("/ask/things").header("Content-Type", "application/json");
    return gateway.send(question.POST(BodyPublishers.ofString(CONTENT))).headers().map().toString();
  }

  @Test
  void itsEndpointsAreFetchedAtOnce() {
    PrefetchStarter starter = gateway.bean(PrefetchStarter.class);
    gateway.app.answers(FakeUpstream.with("planned"));
    try {
      starter.replan(plan("POST /ask/things " + CONTENT));

      eventually("fetched", () -> gateway.app.calls().size() == 1);
      eventually("stored", () -> ask().contains("; hit"));
    } finally {
      starter.replan(plan("/api/v1/user", "/api/v1/config"));
    }
    eventually("back", () -> done(starter) == 2);
    assertThat(starter.accounts()).containsOnlyKeys("/api/v1/user", "/api/v1/config");
  }

  private static long done(PrefetchStarter starter) {
    return starter.accounts().values().stream().mapToLong(account -> account.done()).sum();
  }

  private static PrefetchProperties plan(String... endpoints) {
    var source =
        new MapConfigurationPropertySource(
            Map.of("prefetch.enabled", "true", "prefetch.endpoints", List.of(endpoints)));
    return new Binder(source).bindOrCreate("prefetch", PrefetchProperties.class);
  }
}
