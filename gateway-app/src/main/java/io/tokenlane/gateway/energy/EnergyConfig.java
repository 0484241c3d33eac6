package io.tokenlane.gateway.energy;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
    ownEnergy(properties, registry);
    return intensity;
  }

  private static void ownEnergy(EnergyProperties properties, MeterRegistry registry) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long start = System.nanoTime();
    FunctionCounter.builder(
            "tokenlane.energy.joules",
            system,
            own ->
                (properties.idleWatts() * (System.nanoTime() - start)
                        + properties.coreWatts() * own.getProcessCpuTime())
                    / NANOS)
        .description("Energy that this process has taken")
        .tag("source", "model")
        .tag("estimate", "true")
        .register(registry);
  }
}
