package io.tokenlane.node.energy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Energy of the processor packages as they count it themselves (running average power limit, Linux'
 * powercap). Of what they took since the last look, the process has the share that it has of the
 * machine's busy CPU time: what the packages take idle is borne by whoever computes.
 */
final class Rapl implements EnergyMeter {
  static final Path POWERCAP = Path.of("/sys/class/powercap");

  private static final double MICRO = 1e-6;
  private static final double NANOS_OF_A_TICK = 1e9 / 100;
  private static final int IDLE = 4;
  private static final int IOWAIT = 5;

  private final List<Counter> packages;
  private final Path stat;
  private final LongSupplier cpuNanos;
  private double joules;
  private long ownBefore;
  private double busyBefore;

  private Rapl(List<Counter> packages, Path stat, LongSupplier cpuNanos) throws IOException {
    this.packages = packages;
    this.stat = stat;
    this.cpuNanos = cpuNanos;
    this.ownBefore = cpuNanos.getAsLong();
    this.busyBefore = busyNanos();
  }

  /** Empty where there is no package to read, or it may not be read. */
  static Optional<EnergyMeter> at(Path powercap, Path stat, LongSupplier cpuNanos) {
    try (Stream<Path> folders = Files.list(powercap)) {
      List<Counter> found = new ArrayList<>();
      for (Path folder : folders.sorted().toList()) {
        // intel-rapl:0 is a package, intel-rapl:0:0 a part of it; AMD's have the same names.
        if (folder.getFileName().toString().matches("intel-rapl:\\d+")) {
          found.add(new Counter(folder));
        }
      }
      return found.isEmpty() ? Optional.empty() : Optional.of(new Rapl(found, stat, cpuNanos));
    } catch (IOException | NumberFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** One package's counter, which begins anew at its range. */
  private static final class Counter {
    private final Path energy;
    private final long range;
    private long before;

    Counter(Path folder) throws IOException {
      energy = folder.resolve("energy_uj");
      range = number(folder.resolve("max_energy_range_uj"));
      before = number(energy);
    }

    double sinceLastLook() throws IOException {
      long now = number(energy);
      long taken = now >= before ? now - before : range - before + now;
      before = now;
      return taken * MICRO;
    }
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  @Override
  public synchronized double joules() {
    try {
      double taken = 0;
      for (Counter counter : packages) {
        taken += counter.sinceLastLook();
      }
      long own = cpuNanos.getAsLong();
      double busy = busyNanos();
      if (busy > busyBefore) {
        joules += taken * Math.clamp((own - ownBefore) / (busy - busyBefore), 0, 1);
      }
      ownBefore = own;
      busyBefore = busy;
    } catch (IOException | NumberFormatException unreadable) {
      // The counter stays where it was until it can be read again.
    }
    return joules;
  }

  /** All processors' time that was not idle. */
  private double busyNanos() throws IOException {
    String[] ticks = Files.readString(stat).lines().findFirst().orElse("").split(" +");
    double busy = 0;
    for (int i = 1; i < Math.min(ticks.length, 9); i++) {
      busy += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(ticks[i]);
    }
    return busy * NANOS_OF_A_TICK;
  }

  @Override
  public String source() {
    return "rapl";
  }

  @Override
  public boolean estimated() {
    return false;
  }
}
