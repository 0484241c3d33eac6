package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.compress.TokenCounters;
import io.tokenlane.compress.template.Template;
import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ErrorAnswers;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.route.HttpProperties;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import reactor.core.scheduler.Schedulers;

/** Bodies are as large as the limits of all bodies say. */
final class TemplatesApiTest {
  private static final int LIMIT = 1_400_000;
  private static final RoutePolicy POLICY = bound(CompressionProperties.class).policy();

  private static <T> T bound(Class<T> section) {
    return new Binder(new MapConfigurationPropertySource(Map.of("tokenlane.max-body", LIMIT + "B")))
        .bindOrCreate("tokenlane", Bindable.of(section));
  }

  private final Workers workers = new Workers(Schedulers.boundedElastic());
  private final CompressionPreview preview =
      new CompressionPreview(
          new CallCompressor("o200k_base", 0),
          new Policies(() -> new Policies.Table(POLICY, Map.of())),
          workers);
  private final Bodies bodies =
      new Bodies(
          new LiveSettings(
              new Sections(bound(LimitsProperties.class), bound(HttpProperties.class))));
  private final TemplatesApi api =
      new TemplatesApi(
          bodies,
          new TenantTemplates(List.of()),
          TokenCounters.named("o200k_base"),
          preview,
          workers);
  private final WebTestClient client =
      WebTestClient.bindToRouterFunction(api.routes())
          .handlerStrategies(
              HandlerStrategies.builder()
                  .webFilter(
                      (exchange, chain) -> {
                        Trail.start(exchange, "id", 0);
                        return chain.filter(exchange);
                      })
                  .exceptionHandler(
                      (exchange, failure) -> new ErrorAnswers().write(exchange, failure))
                  .build())
          .configureClient()
          .responseTimeout(Duration.ofMinutes(1))
          .build();

  private void expect(int status, String path, String body) {
    client
        .post()
        .uri(path)
        .contentType(MediaType.APPLICATION_JSON)
        .bodyValue(body)
        .exchange()
        .expectStatus()
        .value(came -> assertThat(came).isEqualTo(status));
  }

  @ParameterizedTest
  @CsvSource({"300000, 200", LIMIT + ", 200", LIMIT + 1 + ", 413"})
  void chatsArePreviewed(int size, int status) {
    String start = "{\"messages\":[{\"role\":\"user\",\"content\":\"";
    String end = "\"}]}";
    String text = "x".repeat(size - start.length() - end.length());
    expect(status, "/tokenlane/compress", start + text + end);
  }

  @ParameterizedTest
  @CsvSource({"a", "\\u00e4"})
  void theLongestTemplateIsRegisteredAndRendered(String character) {
    String source = character.repeat(Template.MOST_CHARS - 5) + "{{x}}";
    expect(201, "/tokenlane/templates", "{\"id\":\"long\",\"source\":\"" + source + "\"}");
    String values = "{\"variables\":{\"x\":\"" + "y".repeat(1_000_000) + "\"}}";
    expect(200, "/tokenlane/templates/long@1/render", values);
  }
}
