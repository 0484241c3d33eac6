package io.tokenlane.node.energy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.engine.backend.DeviceEnergy;
import io.tokenlane.node.config.EnergySettings;
import io.tokenlane.node.load.ModelSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.ObjectProvider;
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

  /**
   * One for each device whose driver tells what it takes. Loading its backend finds out; where
   * there is no such driver that costs one look for a library.
   */
  @Bean
  DeviceMeters deviceMeters(ObjectProvider<ModelSlot> model, MeterRegistry registry) {
    List<DeviceMeter> meters = new ArrayList<>();
    for (DeviceEnergy device : ServiceLoader.load(DeviceEnergy.class)) {
      BooleanSupplier inUse =
          () ->
              model
                  .getObject()
                  .model()
                  .filter(loaded -> loaded.facts().backend().equals(device.backend()))
                  .isPresent();
      device
          .counter()
          .map(counter -> new DeviceMeter(counter, inUse))
          .ifPresent(
              meter -> {
                meters.add(meter);
                FunctionCounter.builder("tokenlane.energy.joules", meter, DeviceMeter::joules)
                    .description("Energy that this process has taken")
                    .tag("source", device.source())
                    .tag("estimate", "false")
                    .register(registry);
              });
    }
    return new DeviceMeters(meters);
  }

  /** What all devices have taken. */
  record DeviceMeters(List<DeviceMeter> all) {
    double joules() {
      return all.stream().mapToDouble(DeviceMeter::joules).sum();
    }
  }

  @Bean
  EnergyPerToken energyPerToken(EnergyMeter meter, DeviceMeters devices) {
    // Devices ask for the model, which cannot be had yet: the model's own parts need this bean.
    double before = meter.joules();
    return new EnergyPerToken(() -> meter.joules() - before + devices.joules(), System::nanoTime);
  }
}
