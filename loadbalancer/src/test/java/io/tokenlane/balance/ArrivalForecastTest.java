package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ArrivalForecastTest {
  private final ArrivalForecast forecast = new ArrivalForecast();
  private int second;

  private void run(int seconds, IntToDoubleFunction rate) {
    for (int end = second + seconds; second < end; second++) {
      int calls = (int) Math.round(rate.applyAsDouble(second));
      for (int i = 0; i < calls; i++) {
        forecast.arrived(second * 1_000_000_000L + i);
      }
    }
    forecast.advance(second * 1_000_000_000L);
  }

  @Test
  void aSteadyRateIsItsOwnForecast() {
    run(300, s -> 50);
    assertThat(forecast.rate()).isCloseTo(50, within(1.0));
    assertThat(forecast.rateIn(60)).isCloseTo(50, within(3.0));
    assertThat(forecast.growth()).isCloseTo(1, within(0.02));
  }

  @Test
  void aTrendIsCarriedOn() {
    run(300, s -> s);
    assertThat(forecast.rateIn(30)).isCloseTo(330, within(20.0));
    assertThat(forecast.growth()).isGreaterThan(1.01);
    run(120, s -> 600 - s);
    assertThat(forecast.growth()).isLessThan(1);
  }

  @Test
  void whatRepeatsEveryHourIsExpectedBeforeItComes() {
    run(6 * 3600, s -> s % 3600 >= 1800 && s % 3600 < 2100 ? 120 : 20);
    run(1700, s -> 20);
    assertThat(forecast.rateIn(200)).isGreaterThan(2 * forecast.rateIn(20));
  }

  @Test
  void silenceFadesToNothing() {
    run(60, s -> 100);
    run(120, s -> 0);
    assertThat(forecast.rate()).isLessThan(1);
  }
}
