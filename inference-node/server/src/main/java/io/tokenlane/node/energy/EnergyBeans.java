package io.tokenlane.node.energy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.node.config.EnergySettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The meter, and its counter {@code tokenlane_energy_joules_total}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EnergySettings.class)
public class EnergyBeans {

  @Bean
  EnergyMeter energyMeter(EnergySettings settings, MeterRegistry registry) {
    EnergyMeter meter = EnergyMeters.of(settings, System::nanoTime);
    FunctionCounter.builder("tokenlane.energy.joules", meter, EnergyMeter::joules)
        .description("Energy that this process has taken")
        .tag("source", meter.source())
        .tag("estimate", Boolean.toString(meter.estimated()))
        .register(registry);
    return meter;
  }

  @Bean
  EnergyPerToken energyPerToken(EnergyMeter meter) {
    return new EnergyPerToken(meter, System::nanoTime);
  }
}
