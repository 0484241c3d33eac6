package io.tokenlane.gateway.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.gateway.FakeUpstream;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;

class CarbonIntensityTest {
  private final FakeUpstream source = new FakeUpstream();

  @AfterEach
  void stop() {
    source.close();
  }

  private static EnergyProperties properties(@Nullable URI uri, String pointer) {
    return new EnergyProperties(0.2, 2.76, 300, uri, pointer, Duration.ofMinutes(15));
  }

  private CarbonIntensity of(String pointer) {
    return new CarbonIntensity(
        HttpClient.create(), properties(URI.create(source.uri() + "/now"), pointer));
  }

  @Test
  void whatIsFetchedHolds() {
    source.answers(FakeUpstream.ok("{\"data\":[{\"intensity\":{\"actual\":187.5}}]}"));
    CarbonIntensity intensity = of("/data/0/intensity/actual");
    assertThat(intensity.grams()).isEqualTo(300);

    intensity.fetch().block();

    assertThat(intensity.grams()).isEqualTo(187.5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "{\"other\": 1}",
        "{\"carbonIntensity\": \"many\"}",
        "{\"carbonIntensity\": -1}"
      })
  void whatIsNotToldWellChangesNothing(String body) {
    CarbonIntensity intensity = of("/carbonIntensity");
    source.answers(FakeUpstream.ok("{\"carbonIntensity\": 42}"));
    intensity.fetch().block();

    source.answers(FakeUpstream.ok(body));
    intensity.fetch().block();
    source.answers(FakeUpstream.status(500));
    intensity.fetch().block();

    assertThat(intensity.grams()).isEqualTo(42);
  }

  @Test
  void whereThereIsNoSourceWhatIsConfiguredHolds() {
    CarbonIntensity intensity = new CarbonIntensity(HttpClient.create(), properties(null, "/x"));

    intensity.fetch().block();

    assertThat(intensity.grams()).isEqualTo(300);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new EnergyProperties(-1, 1, 1, null, "/x", Duration.ofSeconds(1)))
        .hasMessage("idle_watts: -1.0 (expected: >= 0, finite)");
    assertThatThrownBy(() -> properties(URI.create("now"), "/x"))
        .hasMessageContaining("carbon_uri");
    assertThatThrownBy(() -> properties(null, "x")).hasMessageContaining("carbon_pointer: x");
  }
}
