package io.tokenlane.gateway.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.gateway.FakeUpstream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;

class CarbonIntensityTest {
  private final FakeUpstream source = new FakeUpstream();
  private final Clock clock = Clock.fixed(Instant.parse("2026-11-27T12:00:00Z"), ZoneOffset.UTC);

  @AfterEach
  void stop() {
    source.close();
  }

  private static EnergyProperties properties(@Nullable URI uri, String pointer) {
    return new EnergyProperties(0.2, 2.76, 300, List.of(), uri, pointer, Duration.ofMinutes(15));
  }

  private CarbonIntensity of(String pointer) {
    return new CarbonIntensity(
        HttpClient.create(), properties(URI.create(source.uri() + "/now"), pointer), clock);
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
    CarbonIntensity intensity =
        new CarbonIntensity(HttpClient.create(), properties(null, "/x"), clock);

    intensity.fetch().block();

    assertThat(intensity.grams()).isEqualTo(300);
  }

  /** A source that never ends must not fill the memory. */
  @Test
  void aBodyBeyondTheBoundIsNotReadToItsEnd() {
    CarbonIntensity intensity = of("/carbonIntensity");
    String huge = "{\"carbonIntensity\": 7, \"rest\": \"" + "x".repeat(8 << 20) + "\"}";
    source.answers(FakeUpstream.ok(huge));

    intensity.fetch().block();

    assertThat(intensity.grams()).isEqualTo(300);
  }

  private CarbonIntensity by(String at, String... steps) {
    List<CarbonStep> day =
        Stream.of(steps)
            .map(step -> step.split(" "))
            .map(s -> new CarbonStep(LocalTime.parse(s[0]), Double.parseDouble(s[1])))
            .toList();
    EnergyProperties properties =
        new EnergyProperties(0.2, 2.76, 300, day, null, "/x", Duration.ofMinutes(15));
    Clock then = Clock.fixed(Instant.parse("2026-11-27T" + at + ":00Z"), ZoneOffset.UTC);
    return new CarbonIntensity(HttpClient.create(), properties, then);
  }

  @ParameterizedTest
  @CsvSource({
    // at, grams, most, wait
    "12:00, 100, PT8H, PT0S",
    "18:30, 400, PT2H, PT0S",
    "18:30, 400, PT4H, PT3H30M",
    "18:30, 400, PT24H, PT16H30M",
    "23:00, 200, PT6H, PT0S",
    "03:00, 200, PT24H, PT8H",
    "08:00, 400, PT2H59M, PT0S",
    "08:00, 400, PT3H, PT3H",
  })
  void theDayHasLowHours(String at, double grams, Duration most, Duration wait) {
    CarbonIntensity intensity = by(at, "22:00 200", "07:00 400", "11:00 100", "15:00 400");

    assertThat(intensity.grams()).isEqualTo(grams);
    assertThat(intensity.pause(most)).isEqualTo(wait);
  }

  @Test
  void ofWhatIsFetchedTheLowestThirdOfADayIsLow() {
    CarbonIntensity intensity = of("/g");
    Duration hour = Duration.ofHours(1);
    assertThat(intensity.pause(hour)).isEqualTo(Duration.ZERO);
    for (int grams : new int[] {300, 200, 100, 400, 150}) {
      fetch(intensity, grams);
    }
    assertThat(intensity.pause(hour)).isEqualTo(Duration.ZERO);
    fetch(intensity, 250);
    assertThat(intensity.pause(hour)).isEqualTo(Duration.ofMinutes(15));
    assertThat(intensity.pause(Duration.ofMinutes(5))).isEqualTo(Duration.ofMinutes(5));
    assertThat(intensity.pause(Duration.ZERO)).isEqualTo(Duration.ZERO);
  }

  private void fetch(CarbonIntensity intensity, int grams) {
    source.answers(FakeUpstream.ok("{\"g\": " + grams + "}"));
    intensity.fetch().block();
  }

  @Test
  void withOneFigureNothingWaits() {
    assertThat(by("12:00").pause(Duration.ofHours(9))).isEqualTo(Duration.ZERO);
    assertThat(by("12:00").grams()).isEqualTo(300);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> by("12:00", "07:00 1", "07:00 2"))
        .hasMessage("carbon_schedule: a time twice (expected: once)");
    assertThatThrownBy(() -> new CarbonStep(LocalTime.NOON, -1))
        .hasMessage("grams: -1.0 (expected: >= 0, finite)");
    assertThatThrownBy(
            () -> new EnergyProperties(-1, 1, 1, List.of(), null, "/x", Duration.ofSeconds(1)))
        .hasMessage("idle_watts: -1.0 (expected: >= 0, finite)");
    assertThatThrownBy(() -> properties(URI.create("now"), "/x"))
        .hasMessageContaining("carbon_uri");
    assertThatThrownBy(() -> properties(null, "x")).hasMessageContaining("carbon_pointer: x");
  }
}
