package io.tokenlane.node.energy;

import com.sun.management.OperatingSystemMXBean;
import io.tokenlane.node.config.EnergySettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Chooses how energy is counted. */
public final class EnergyMeters {
  private static final Path STAT = Path.of("/proc/stat");

  private EnergyMeters() {}

  /**
   * The meter for this process.
   *
   * @throws IllegalArgumentException if {@code rapl} is asked for and cannot be read
   */
  public static EnergyMeter of(EnergySettings settings, LongSupplier nanoTime) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    LongSupplier cpu = system::getProcessCpuTime;
    return switch (settings.source()) {
      case "model" -> model(settings, nanoTime, cpu);
      case "rapl" -> Rapl.at(Rapl.POWERCAP, STAT, cpu).orElseThrow(EnergyMeters::noRapl);
      default -> Rapl.at(Rapl.POWERCAP, STAT, cpu).orElseGet(() -> model(settings, nanoTime, cpu));
    };
  }

  private static EnergyMeter model(
      EnergySettings settings, LongSupplier nanoTime, LongSupplier cpu) {
    return new PowerModel(settings.idle(), settings.coreWatts(), nanoTime, cpu);
  }

  private static IllegalArgumentException noRapl() {
    return new IllegalArgumentException(
        "tokenlane.energy.source: rapl (expected: readable counters in " + Rapl.POWERCAP + ")");
  }
}
