package io.tokenlane.node.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.node.config.EnergySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong clock = new AtomicLong(5 * SECOND);
  private final AtomicLong cpu = new AtomicLong();

  @TempDir Path folder;

  private void packageAt(int number, long microjoules) throws IOException {
    Path domain = Files.createDirectories(folder.resolve("powercap/intel-rapl:" + number));
    Files.writeString(domain.resolve("energy_uj"), microjoules + "\n");
    Files.writeString(domain.resolve("max_energy_range_uj"), "1000000000\n");
    // A part of the package, which must not be counted again.
    Files.createDirectories(folder.resolve("powercap/intel-rapl:" + number + ":0"));
  }

  private void machineBusy(long ticks) throws IOException {
    String idle = " 999 7 ";
    Files.writeString(
        folder.resolve("stat"), "cpu  " + ticks + " 0 0" + idle + "0 0 0 0 0\ncpu0 1 2\n");
  }

  private EnergyMeter rapl() {
    return Rapl.at(folder.resolve("powercap"), folder.resolve("stat"), cpu::get).orElseThrow();
  }

  @Test
  void ofThePackagesItHasItsShareOfTheBusyTime() throws IOException {
    packageAt(0, 10_000_000);
    packageAt(1, 0);
    machineBusy(100);
    EnergyMeter meter = rapl();

    packageAt(0, 40_000_000);
    packageAt(1, 10_000_000);
    machineBusy(500);
    cpu.set(SECOND);

    // 40 J were taken in 4 s of busy time, of which 1 s was its own.
    assertThat(meter.joules()).isCloseTo(10, within(1e-9));
    assertThat(meter.estimated()).isFalse();
  }

  @Test
  void aCounterThatBeganAnewIsNoLeapBack() throws IOException {
    packageAt(0, 999_000_000);
    machineBusy(0);
    EnergyMeter meter = rapl();

    packageAt(0, 1_000_000);
    machineBusy(100);
    cpu.set(SECOND);

    assertThat(meter.joules()).isCloseTo(2, within(1e-9));
  }

  @Test
  void whatCannotBeReadIsNoMeter() throws IOException {
    assertThat(Rapl.at(folder.resolve("none"), folder.resolve("stat"), cpu::get)).isEmpty();
    packageAt(0, 1);
    machineBusy(0);
    Files.writeString(folder.resolve("powercap/intel-rapl:0/energy_uj"), "no number");
    assertThat(Rapl.at(folder.resolve("powercap"), folder.resolve("stat"), cpu::get)).isEmpty();
  }

  @Test
  void whileItCannotBeReadItStaysWhereItWas() throws IOException {
    packageAt(0, 0);
    machineBusy(0);
    EnergyMeter meter = rapl();
    packageAt(0, 3_000_000);
    machineBusy(100);
    cpu.set(SECOND);
    double before = meter.joules();

    Files.delete(folder.resolve("powercap/intel-rapl:0/energy_uj"));

    assertThat(meter.joules()).isEqualTo(before).isCloseTo(3, within(1e-9));
  }

  @Test
  void theModelIsIdleWattsAndThoseOfBusyCores() {
    EnergyMeter model = new PowerModel(2, 10, clock::get, cpu::get);

    clock.addAndGet(60 * SECOND);
    cpu.set(3 * SECOND);

    assertThat(model.joules()).isCloseTo(2 * 60 + 10 * 3, within(1e-9));
    assertThat(model.estimated()).isTrue();
    assertThat(model.source()).isEqualTo("model");
  }

  @Test
  void aTokenTakesWhatItTookOfLate() {
    EnergyPerToken perToken =
        new EnergyPerToken(new PowerModel(0, 10, clock::get, cpu::get)::joules, clock::get);
    assertThat(perToken.at(0)).isZero();

    busy(perToken, 100, 2);
    assertThat(perToken.at(100)).isCloseTo(10.0 * 2 / 100, within(1e-9));

    // Twice the energy: the figure moves there within some times the ten seconds of memory.
    long tokens = 100;
    for (int i = 0; i < 30; i++) {
      tokens += 100;
      busy(perToken, tokens, 4);
    }
    assertThat(perToken.at(tokens)).isCloseTo(0.4, within(0.02));

    clock.addAndGet(3600 * SECOND);
    assertThat(perToken.at(tokens)).as("idle").isCloseTo(0.4, within(0.02));
  }

  private void busy(EnergyPerToken perToken, long tokens, int cpuSeconds) {
    clock.addAndGet(4 * SECOND);
    cpu.addAndGet(cpuSeconds * SECOND);
    assertThat(perToken.at(tokens)).isPositive();
  }

  @Test
  void aDeviceCountsFromWhenTheModelRunsOnIt() {
    double[] counter = {1_000};
    boolean[] inUse = {false};
    DeviceMeter device = new DeviceMeter(() -> counter[0], () -> inUse[0]);
    assertThat(device.joules()).isZero();
    counter[0] = 5_000;
    inUse[0] = true;
    assertThat(device.joules()).as("what it took before").isZero();

    counter[0] = 5_120;
    assertThat(device.joules()).isEqualTo(120);
    counter[0] = Double.NaN;
    assertThat(device.joules()).as("not readable").isEqualTo(120);
    counter[0] = 5_200;
    assertThat(device.joules()).isEqualTo(200);
    counter[0] = 3;
    assertThat(device.joules()).as("a driver that was loaded anew").isEqualTo(200);
    counter[0] = 13;
    assertThat(device.joules()).isEqualTo(210);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new EnergySettings("coal", -1, 1))
        .hasMessage("tokenlane.energy.source: coal (expected: auto, rapl, model)");
    assertThatThrownBy(() -> new EnergySettings("auto", -2, 1))
        .hasMessageContaining("idle-watts: -2.0 (expected: 0 to 100000, or -1)");
    assertThatThrownBy(() -> new EnergySettings("auto", 1, Double.NaN))
        .hasMessageContaining("core-watts: NaN");
  }
}
