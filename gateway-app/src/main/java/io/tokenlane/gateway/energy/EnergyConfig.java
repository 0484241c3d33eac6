package io.tokenlane.gateway.energy;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.balance.FleetEnergy;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.client.HttpClient;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class EnergyConfig {
  private static final double NANOS = 1e9;

  @Bean
  CarbonIntensity carbonIntensity(
      EnergyProperties properties, MeterRegistry registry, ScheduledExecutorService clockwork) {
    CarbonIntensity intensity =
        new CarbonIntensity(HttpClient.create(), properties, Clock.system(ZoneId.systemDefault()));
    Gauge.builder("tokenlane.carbon.intensity", intensity, CarbonIntensity::grams)
        .description("Grams of CO2 per kilowatt-hour; 0 where it is not known")
        .register(registry);
    if (properties.carbonUri() != null) {
      var _ =
          clockwork.scheduleWithFixedDelay(
              () -> intensity.fetch().subscribe(),
              0,
              properties.carbonInterval().toNanos(),
              TimeUnit.NANOSECONDS);
    }
    return intensity;
  }

  @Bean
  CallEnergy callEnergy(FleetEnergy fleet, MeterRegistry registry) {
    CallEnergy energy = new CallEnergy(fleet::joulesPerToken);
    FunctionCounter.builder("tokenlane.energy.calls.joules", energy, CallEnergy::joules)
        .description("Energy of the tokens that nodes computed for this gateway, as they tell it")
        .register(registry);
    return energy;
  }

  @Bean
  CarbonShare carbonShare(
      EnergyProperties properties,
      CallEnergy calls,
      CarbonIntensity intensity,
      MeterRegistry registry) {
    DoubleSupplier own = ownEnergy(properties, registry);
    CarbonShare share =
        new CarbonShare(
            () -> own.getAsDouble() + calls.joules(), () -> requests(registry), intensity::grams);
    Gauge.builder("tokenlane.carbon.per.10k.requests", share, CarbonShare::grams)
        .baseUnit("grams")
        .description("CO2 of the gateway and of what nodes computed for it, since the start")
        .register(registry);
    return share;
  }

  /** Those through the filters and those beside them. */
  private static double requests(MeterRegistry registry) {
    return registry.find("tokenlane.cache.requests").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static DoubleSupplier ownEnergy(EnergyProperties properties, MeterRegistry registry) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long start = System.nanoTime();
    DoubleSupplier joules =
        () ->
            (properties.idleWatts() * (System.nanoTime() - start)
                    + properties.coreWatts() * system.getProcessCpuTime())
                / NANOS;
    FunctionCounter.builder("tokenlane.energy.joules", joules, DoubleSupplier::getAsDouble)
        .description("Energy that this process has taken")
        .tag("source", "model")
        .tag("estimate", "true")
        .register(registry);
    return joules;
  }
}
