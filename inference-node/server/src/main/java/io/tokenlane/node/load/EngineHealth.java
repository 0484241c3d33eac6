package io.tokenlane.node.load;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down once the engine has ended, as when its device has failed for good: only another process can
 * help then. Up while the model is loading.
 */
public final class EngineHealth implements HealthIndicator {
  private final ModelSlot slot;

  public EngineHealth(ModelSlot slot) {
    this.slot = slot;
  }

  @Override
  public Health health() {
    boolean ended = slot.model().filter(model -> !model.engine().isOpen()).isPresent();
    return ended ? Health.down().withDetail("state", "ended").build() : Health.up().build();
  }
}
