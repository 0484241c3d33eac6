package io.tokenlane.node.load;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Up once the model can answer; tells what is loaded. */
public final class ModelHealth implements HealthIndicator {
  private final ModelSlot slot;

  public ModelHealth(ModelSlot slot) {
    this.slot = slot;
  }

  @Override
  public Health health() {
    return slot.model()
        .map(ModelHealth::loaded)
        .orElseGet(() -> Health.outOfService().withDetail("state", "loading").build());
  }

  private static Health loaded(LoadedModel model) {
    ModelFacts facts = model.facts();
    Health.Builder health = model.engine().isOpen() ? Health.up() : Health.down();
    return health
        .withDetail("name", model.name())
        .withDetail("source", facts.source())
        .withDetail("architecture", facts.architecture())
        .withDetail("backend", facts.choice())
        .withDetail("parameters", facts.parameters())
        .withDetail("bytes", facts.bytes())
        .withDetail("context_length", model.contextLength())
        .withDetail("load_ms", facts.loadMillis())
        .build();
  }
}
